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
  return [...policies, ...removed];
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

/** How the change reads where Terraform keeps the policy: the document is what it must say. */
function fixTerraform(data, fix) {
  if (fix.rewrite.after === null) {
    return [h('p', {}, fixName(data, fix), `: take the resource of the ${fix.rewrite.document} out of your configuration.`)];
  }
  const lines = `${fix.rewrite.document.startsWith('trust') ? 'assume_role_policy' : 'policy'} = jsonencode(${hcl(inOrder(fix.rewrite.after), '')})`.split('\n');
  return [
    h('p', {}, fixName(data, fix), `: in the resource of the ${fix.rewrite.document}, let the argument be`),
    codeBlock(lines, 'the Terraform argument'),
  ];
}

/** A JSON value in the language of Terraform. */
function hcl(value, indent) {
  const deeper = `${indent}  `;
  if (Array.isArray(value)) {
    return value.length ? `[\n${value.map((one) => `${deeper}${hcl(one, deeper)},`).join('\n')}\n${indent}]` : '[]';
  }
  if (value !== null && typeof value === 'object') {
    const members = Object.entries(value).map(([key, one]) => `${deeper}${hclKey(key)} = ${hcl(one, deeper)}`);
    return members.length ? `{\n${members.join('\n')}\n${indent}}` : '{}';
  }
  return typeof value === 'string' ? hclText(value) : String(value);
}

const hclKey = (key) => (/^[A-Za-z_][A-Za-z0-9_-]*$/.test(key) ? key : hclText(key));

/** A text in which nothing is a template: `${aws:username}` stays what it is. */
function hclText(text) {
  return JSON.stringify(text).replaceAll('${', '$${').replaceAll('%{', '%%{');
}

/** What to do about one principal and the statements that are pointed at, in tabs; null where nothing is known. */
function remedyTabs(data, arn, pointed) {
  const fixes = fixesFor(data, arn, pointed);
  const advice = data.adviceOf.get(arn);
  const advised = advice ? adviceDiffs(data, advice) : [];
  const diffs = [
    ...fixes.flatMap((fix) => fixDiff(data, fix)),
    advised.length ? [h('h3', {}, `What would be enough for ${named(advice.subject)}`), advised] : [],
  ].flat().filter(Boolean);
  const commands = fixes.flatMap((fix) => fixCommands(data, fix));
  const terraform = fixes.flatMap((fix) => fixTerraform(data, fix));
  if (!diffs.length) return null;
  const none = () => h('p', {}, 'No command is known for it: the difference shows what the policy should say.');
  return tabs('Remediation', [
    ['Policy diff', diffs],
    ['AWS CLI', commands.length ? commands : none()],
    ['Terraform', terraform.length ? terraform : none()],
  ]);
}
