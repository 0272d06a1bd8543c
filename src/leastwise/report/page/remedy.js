'use strict';
// What to do: changes of policies as differences, as commands of the AWS CLI, and in Terraform's words.

/** The changes that end paths of this principal, or that rewrite a statement which is pointed at. */
function fixesFor(data, arn, pointed) {
  const statements = new Set(pointed);
  return data.fixes.filter((fix) => fix.rewrite
    && (fix.subjects.includes(arn) || fix.statements.some((place) => statements.has(place))));
}

function fixName(data, fix) {
  return h('a', { href: `#fix-${data.fixes.indexOf(fix) + 1}` }, `Fix ${data.fixes.indexOf(fix) + 1}`);
}

/** Today's document that an advised policy replaces, where the page has it: the one that the changes point into. */
function replacedText(data, advice, policy) {
  return data.documents.find((text) => (
    (policy.replaces === text.arn || policy.replaces === `${text.arn} inline policy ${text.name}`)
    && advice.changes.some((change) => change.document === text.arn && change.pointer.startsWith(text.at))
  ));
}

/** What an advised policy is called, and what stands there now. */
function adviceTitle(policy) {
  const [arn, name] = policy.replaces.split(' inline policy ');
  if (!policy.replaces) return `${policy.name}, new`;
  return name === policy.name ? `inline policy ${name}` : `${policy.name}, in place of ${shortArn(arn)}${name ? `, inline policy ${name}` : ''}`;
}

/** Each recommended policy beside the one that it replaces. */
function adviceDiffs(data, advice) {
  const policies = advice.policies.map((policy) => {
    const before = replacedText(data, advice, policy);
    return policyDiff(adviceTitle(policy), before ? before.body : null, policy.document);
  });
  const removed = advice.changes.filter((change) => change.kind === 'policy removed').map((change) => {
    const text = data.documents.find((one) => one.arn === change.document && one.at === change.pointer);
    return text ? policyDiff(`${text.name}, removed: ${change.reason}`, text.body, null) : h('p', {}, `${change.document} ${change.pointer} is removed: ${change.reason}`);
  });
  return [...policies, ...removed, ...(advice.trust ? [trustDiff(data, advice)] : [])];
}

function trustDiff(data, { subject, trust }) {
  const before = data.documents.find((text) => text.arn === subject.arn && text.kind === 'trust');
  return [policyDiff(trust.name, before ? before.body : null, trust.document), bullets(trust.choices.map((one) => `Fill in: ${one}`))];
}

function fixDiff(data, fix) {
  return [
    h('p', {}, fixName(data, fix), ` ends ${count(fix.ends_paths, 'paths')}: ${fix.text}`),
    policyDiff(fix.rewrite.document, fix.rewrite.before, fix.rewrite.after),
    bullets(fix.rewrite.mind.map((note) => `Mind: ${note}`), 'plain mind'),
  ];
}

function fixCommands(data, fix) {
  const block = (title, lines) => (lines.length ? [h('h3', {}, title), codeBlock(lines.flatMap((line) => line.split('\n')), title)] : []);
  const told = [...block('Apply', fix.rewrite.apply), ...block('Take back', fix.rewrite.rollback)];
  return [h('p', {}, fixName(data, fix), `: ${fix.text}`), told.length ? told : h('p', {}, fix.rewrite.mind.join('; '))];
}

/** How the change reads where Terraform keeps the policy: what its argument must say. */
function fixTerraform(data, fix) {
  const whole = fix.rewrite.document;
  return [
    h('p', {}, fixName(data, fix), fix.terraform ? `: in the resource of the ${whole}, let this be` : `: take the resource of the ${whole} out of your configuration.`),
    fix.terraform ? codeBlock(fix.terraform.trimEnd().split('\n'), 'the Terraform argument') : null,
  ];
}

/** The plan of a recommendation, step by step. */
function adviceCommands(advice) {
  const back = advice.plan.filter((step) => step.rollback).reverse();
  return [
    h('ol', {}, advice.plan.map((step) => h('li', {}, step.text, step.command ? codeBlock(step.command.split('\n'), 'the command') : null))),
    back.length ? h('details', {}, h('summary', {}, 'Take back, the last step first'),
      codeBlock(back.flatMap((step) => step.rollback.split('\n')), 'the commands that take it back')) : null,
  ];
}

/** What to do about one principal and the statements that are pointed at, in tabs; null where nothing is known. */
function remedyTabs(data, arn, pointed) {
  const fixes = fixesFor(data, arn, pointed);
  const advice = data.adviceOf.get(arn);
  const advised = advice ? adviceDiffs(data, advice) : [];
  const enough = (made) => (made.length ? [h('h3', {}, `What would be enough for ${named(advice.subject)}`), made] : []);
  const content = [
    ['Policy diff', [fixes.map((fix) => fixDiff(data, fix)), enough(advised)]],
    ['AWS CLI', [fixes.map((fix) => fixCommands(data, fix)), enough(advice?.plan.length ? adviceCommands(advice) : [])]],
    ['Terraform', [fixes.map((fix) => fixTerraform(data, fix)), enough(advice?.terraform ? [codeBlock(advice.terraform.trimEnd().split('\n'), 'the Terraform configuration')] : [])]],
  ].map(([title, parts]) => [title, parts.flat(3).filter(Boolean)]);
  if (!content[0][1].length) return null;
  const none = () => h('p', {}, 'Nothing of the kind is known for it: the difference shows what the policy should say.');
  return tabs('Remediation', content.map(([title, parts]) => [title, parts.length ? parts : none()]));
}
