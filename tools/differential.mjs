// The other evaluator's side of tools/differential.py: a simulation in JSON on each line of standard input, its answer
// as a line of JSON on standard output. Run with a copy of this file in the folder where the package is installed.

import { createInterface } from 'node:readline'
import { runSimulation } from '@cloud-copilot/iam-simulate'

async function answer(simulation) {
  const found = await runSimulation(simulation, { simulationMode: 'Strict' })
  if (found.resultType !== 'single') return { refused: found.errors ?? found.resultType }
  const { ignoredContextKeys: ignored } = found.result
  return ignored.length ? { refused: { ignored } } : { outcome: found.overallResult }
}

for await (const line of createInterface({ input: process.stdin })) {
  const told = await answer(JSON.parse(line)).catch((error) => ({ refused: { message: String(error) } }))
  process.stdout.write(`${JSON.stringify(told)}\n`)
}
