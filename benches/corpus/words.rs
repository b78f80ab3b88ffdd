//! The words that the texts are made of.

use rand::Rng;
use rand::rngs::StdRng;
use rand::seq::SliceRandom;

/// Something to expect of someone.
pub struct Topic {
    pub id: &'static str,
    pub text: &'static str,
    pub measure: &'static str,
    pub steps: [&'static str; 4],
}

const fn topic(
    id: &'static str,
    text: &'static str,
    measure: &'static str,
    steps: [&'static str; 4],
) -> Topic {
    Topic {
        id,
        text,
        measure,
        steps,
    }
}

#[rustfmt::skip]
pub const TOPICS: [Topic; 14] = [
    topic("rollback", "Lead the migration of accounts with a way back at every step", "No merchant sees an interruption",
        ["Decision record with three alternatives", "First wave, with a rehearsed way back", "Second wave", "Old path removed"]),
    topic("night-pages", "Bring pages at night down to those that deserve to wake somebody", "At most three a month, each with an account",
        ["Count what wakes us", "Thresholds from a month of data", "Runbook for the three that remain", "Compare with the spring"]),
    topic("onboarding-path", "Make the first four weeks of new colleagues calm and useful", "Two newcomers release in their second week",
        ["Ask the last three what was missing", "A path through the first week", "A small first task for each service", "Hand it to the team"]),
    topic("fee-preview", "Show merchants what a payment will cost before they send it", "Support hears half as many questions about fees",
        ["Watch five merchants at work", "Prototype with real fees", "Release to a tenth", "Release to everybody"]),
    topic("design-reviews", "Run design reviews that end in a decision", "Authors say what changed because of it",
        ["A short form for proposals", "Four reviews in the chair", "Hand the chair on twice", "Look back with the authors"]),
    topic("slow-queries", "Keep the statement page fast for our largest merchants", "Nine of ten loads in under half a second",
        ["Measure with the largest accounts", "Index what is really asked for", "Cache the closed months", "An alarm when it drifts"]),
    topic("audit-trail", "Let finance answer an auditor's question without asking us", "Two audits without a request to the team",
        ["Collect the questions of last year", "One trail for all transfers", "Export that finance understands", "Walk through it with the auditor"]),
    topic("grow-others", "Bring a junior colleague to the point of shipping alone", "Two stories from sketch to release",
        ["Weekly hour, with their agenda", "First story, paired", "Second story, alone", "They show it to the others"]),
    topic("card-launch", "Deliver the card launch together with checkout", "Launched in three countries on the agreed day",
        ["Contract between both teams", "Sandbox for partners", "Dress rehearsal", "Launch and two weeks of watching"]),
    topic("incident-lead", "Lead the response to incidents with hands off the keyboard", "Roles in five minutes, an update each half hour",
        ["Game day in the chair", "Lead one real incident", "Account within three days", "Train the next two"]),
    topic("cost-of-running", "Know what each product costs to run, and lower the two dearest", "A quarter less for the same load",
        ["Tag what runs", "One page that everybody understands", "Two changes that pay most", "Tell the others how"]),
    topic("stable-interface", "Keep the partner interface stable through the rewrite", "No partner changes a line because of us",
        ["Record what partners really send", "Replay against the new one", "Switch partner by partner", "Retire the old one"]),
    topic("hiring-loop", "Make our interviews fair and short", "Candidates hear from us within a week",
        ["Say what we look for, in writing", "Practise on recorded answers", "Pairs for every interview", "Compare after ten"]),
    topic("backups-tested", "Know that backups can be restored because we do it", "A restore each month, under an hour",
        ["First restore by hand", "Script it", "Every month by somebody else", "Report to the company"]),
];

pub const FIRST_NAMES: [&str; 24] = [
    "Ines", "Kofi", "Mila", "Jonas", "Aiko", "Samir", "Greta", "Tomas", "Leila", "Bruno", "Noemi",
    "Idris", "Petra", "Anton", "Farah", "Hugo", "Sanna", "Rafiq", "Olga", "Dario", "Wanjiru",
    "Emil", "Priya", "Lukas",
];

pub const LAST_NAMES: [&str; 25] = [
    "Okoro", "Lind", "Marino", "Novak", "Sato", "Haddad", "Berger", "Silva", "Kowal", "Duarte",
    "Amari", "Petrov", "Nyberg", "Costa", "Rahman", "Weiss", "Mensah", "Ortega", "Juhl", "Farkas",
    "Adeyemi", "Bauer", "Tanaka", "Moreau", "Vega",
];

pub const TEAMS: [&str; 10] = [
    "ledger", "checkout", "platform", "risk", "cards", "payouts", "identity", "reports",
    "partners", "mobile",
];

pub const CATEGORIES: [&str; 4] = ["Craft", "Impact", "Working together", "Reliability"];

pub const REACH: [&str; 6] = [
    "with help",
    "alone in known work",
    "for a component",
    "for a team",
    "across teams",
    "for the company",
];

pub const SYSTEMS: [&str; 12] = [
    "fee engine",
    "ledger",
    "refund queue",
    "settlement job",
    "statement page",
    "webhook sender",
    "card vault",
    "login service",
    "exchange rates",
    "partner gateway",
    "audit export",
    "payout planner",
];

pub const ACTIONS: [&str; 12] = [
    "Write down what would change the decision",
    "Ask the two sceptics first",
    "Pair on the first slice",
    "Show a half-finished version on Thursday",
    "Measure before touching anything",
    "Give the talk once more, shorter",
    "Let somebody else run the next one",
    "Agree who decides by when",
    "Delete the old path",
    "Book an hour with support each month",
    "Rehearse the way back",
    "Name everybody who helped",
];

pub const TALKS: [&str; 8] = [
    "After the release",
    "What is stuck",
    "Plans for the summer",
    "The week on call",
    "Half-way",
    "A decision",
    "Looking back",
    "What we learned",
];

pub const GOALS: [&str; 8] = [
    "Lead work that spans two teams",
    "State decisions together with what would change them",
    "Let others run what I can run in my sleep",
    "Understand the money behind our products",
    "Become the second reader of every design in the area",
    "Speak first where I know most, and last elsewhere",
    "Make the service boring",
    "Teach the course on failure to two other teams",
];

const MONTHS: [&str; 6] = ["January", "February", "March", "April", "May", "June"];

const SENTENCES: [&str; 28] = [
    "In {month} {who} moved the {system} behind a switch and let it run beside the old one for {number} days.",
    "We had planned {number} hours for it and needed three times that, mostly because nobody had asked {team}.",
    "When the {system} failed on a Friday, {who} gave out roles first and looked at the graphs second.",
    "The decision record names {number} cases in which we would choose differently today.",
    "Support stopped asking about the {system} after {who} sat with them for two afternoons.",
    "I would have decided earlier; by {month} it was clear which way was the better one.",
    "What helped most was the small picture that {who} drew of how money moves through the {system}.",
    "The number went from {number} to less than half of that, and stayed there through {month}.",
    "`{system}` is an odd name for what it does now, and the documentation says so since {month}.",
    "Two people from {team} could continue without a question, which is the best proof that I know of.",
    "It was *not* the technology that was hard: {team} and we meant different things by the word settled.",
    "In the review in {month}, {who} asked the one question that all of us had avoided.",
    "For the {system} we agreed on {number} milliseconds, and we hold it on all days but the last of the month.",
    "Next time I would show a half-finished version to {team} in the first week.",
    "The account of the incident took a day to write and has been read {number} times since.",
    "{who} noticed that we paid for {number} machines that nobody used, and switched them off one at a time.",
    "There is one thing left: the {system} still writes twice when a connection breaks.",
    "Meetings with {team} are shorter now, since everybody reads before and nobody presents.",
    "{who} said no to a launch in {month}, with a number and a proposal, and it was the right call.",
    "I learned more from the {number} lines we deleted than from all we wrote.",
    "Hand-over to {team} was planned for {month} and happened on the day.",
    "Customers with more than {number} payments an hour see the difference at once.",
    "We tried it in the sandbox for {number} days and found the two faults that mattered.",
    "The first proposal was too large; the one that {who} made in {month} fits on a page.",
    "On call was quiet: {number} pages, of which two deserved to wake somebody.",
    "What I miss is a word *before* the change of plan and not after it, as in {month}.",
    "{who} taught {team} how to read the traces of the {system}, and they fixed the next one alone.",
    "The restore in {month} took {number} minutes, and the second one half of that.",
];

/// One of a list.
pub fn any<'l>(random: &mut StdRng, list: &[&'l str]) -> &'l str {
    list.choose(random).expect("no list of words is empty")
}

/// One sentence that could stand in a review.
pub fn sentence(random: &mut StdRng) -> String {
    let number = random.gen_range(3..240);
    any(random, &SENTENCES)
        .replace("{who}", any(random, &FIRST_NAMES))
        .replace("{system}", any(random, &SYSTEMS))
        .replace("{team}", any(random, &TEAMS))
        .replace("{month}", any(random, &MONTHS))
        .replace("{number}", &number.to_string())
}

/// An address of a piece of work.
pub fn link(random: &mut StdRng) -> String {
    let number = random.gen_range(100..9999);
    let kind = any(random, &["merge_requests", "issues", "adr", "incidents"]);
    format!(
        "https://git.corpus.example/{}/{kind}/{number}",
        any(random, &TEAMS)
    )
}

/// With its first letter large.
pub fn capitalised(word: &str) -> String {
    let first = word.chars().take(1).flat_map(char::to_uppercase);
    first.chain(word.chars().skip(1)).collect()
}

const FENCES: [&str; 8] = [
    "```rust\n/// Splits an {one} so that the {other} add up to it again.\npub fn split({one}: Minor, {other}: &[u32]) -> Vec<Minor> {\n    let total: u64 = {other}.iter().map(|part| u64::from(*part)).sum();\n    let mut left = {one};\n    {other}.iter().map(|part| {\n        let share = {one}.scaled(u64::from(*part), total);\n        left -= share; // what remains goes to the {system}\n        share\n    }).collect()\n}\n```\n",
    "```rust\nimpl Retry {\n    pub fn next(&mut self, {one}: &Failure) -> Option<Duration> {\n        if !{one}.is_transient() || self.{other} >= {number} {\n            return None;\n        }\n        self.{other} += 1;\n        Some(self.base * 2u32.pow(self.{other}) + jitter(self.seed))\n    }\n}\n```\n",
    "```python\ndef overdue({one}s, today):\n    \"\"\"Invoices that are open past their day, by merchant.\"\"\"\n    {other} = defaultdict(list)\n    for {one} in {one}s:\n        if {one}.paid is None and {one}.due < today:\n            {other}[{one}.merchant].append({one})\n    # more than {number} at once is a fault of the {system}\n    return {k: sorted(v, key=attrgetter(\"due\")) for k, v in {other}.items()}\n```\n",
    "```python\nasync def drain(queue, limit={number}):\n    while {one} := await queue.take(limit):\n        async with timeout(30):\n            {other} = await asyncio.gather(*(send(item) for item in {one}))\n        failed = [r for r in {other} if not r.ok]\n        if failed:\n            log.warning(\"%d of %d failed\", len(failed), len({other}))\n```\n",
    "```sql\n-- What the {system} still owes, by {other} and day.\nselect m.name, date_trunc('day', t.booked_at) as day,\n       sum(t.amount_minor) filter (where t.kind = 'payout') as paid,\n       count(*) as transfers\nfrom {one} t\njoin {other} m on m.id = t.{other}_id\nwhere t.settled_at is null and t.booked_at > now() - interval '{number} days'\ngroup by 1, 2\nhaving sum(t.amount_minor) <> 0\norder by day desc;\n```\n",
    "```sql\ncreate table {one} (\n  id           bigint generated always as identity primary key,\n  transfer_id  bigint not null references transfer (id),\n  {other}      text not null check (length({other}) <= {number}),\n  amount_minor bigint not null,\n  booked_at    timestamptz not null default now()\n);\ncreate index {one}_by_transfer on {one} (transfer_id) include (amount_minor);\n```\n",
    "```typescript\nexport async function preview({one}: Order, rates: Rates): Promise<Preview> {\n  const {other} = {one}.lines.map((line) => feeOf(line, rates));\n  const total = {other}.reduce((sum, fee) => sum + fee.minor, 0);\n  if (total > {number}_00) {\n    throw new RangeError(`fee of ${total} is out of bounds`);\n  }\n  return { currency: {one}.currency, total, lines: {other} };\n}\n```\n",
    "```typescript\ntype State = { kind: \"idle\" } | { kind: \"busy\"; since: number } | { kind: \"failed\"; why: string };\n\nconst {other} = ({one}: State, now: number): string => {\n  switch ({one}.kind) {\n    case \"idle\": return \"ready\";\n    case \"busy\": return `busy for ${Math.round((now - {one}.since) / {number})} s`;\n    case \"failed\": return {one}.why;\n  }\n};\n```\n",
];

/// What names in code are made of, two and two.
#[rustfmt::skip]
const NAMES: [&str; 40] = [
    "accrual", "adviser", "alarm", "balance", "bank", "basket", "branch", "bucket", "buyer", "charge",
    "claim", "clock", "courier", "credit", "deposit", "draft", "escrow", "event", "grant", "holder",
    "import", "journal", "ledger", "limit", "market", "mandate", "notice", "offer", "packet", "payee",
    "quota", "quote", "receipt", "record", "refund", "remit", "report", "stamp", "tender", "voucher",
];

/// A stretch of code in one of four languages, never quite the same: it has names of its own, so that about half of its
/// lines stand in no other.
pub fn fence(random: &mut StdRng) -> String {
    let number = random.gen_range(3..5000);
    let mut name = || format!("{}_{}", any(random, &NAMES), any(random, &NAMES));
    let (one, other) = (name(), name());
    let code = any(random, &FENCES)
        .replace("{one}", &one)
        .replace("{other}", &other)
        .replace("{system}", any(random, &SYSTEMS))
        .replace("{number}", &number.to_string());
    format!("\n{code}")
}
