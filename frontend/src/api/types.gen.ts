// Written by `VIGIE_WRITE_TYPES=1 cargo test --lib typescript`. Do not edit.

export type Environment = "actual" | "exercise" | "test";
export type IpcrMode = "none" | "monitoring" | "information_sharing" | "full_activation";
export type CrisisPhase = "preparedness" | "response" | "mitigation" | "recovery";
export type CrisisState = "open" | "closed";
export type Severity = "extreme" | "severe" | "moderate" | "minor" | "unknown";
export type Outlook = "improving" | "stable" | "worsening" | "unknown";
export type Urgency = "immediate" | "expected" | "future" | "past" | "unknown";
export type Certainty = "observed" | "likely" | "possible" | "unlikely" | "unknown";
export type Reliability = "A" | "B" | "C" | "D" | "E" | "F";
export type Credibility = "1" | "2" | "3" | "4" | "5" | "6";
export type Tlp = "red" | "amber_strict" | "amber" | "green" | "clear";
export type EscalationLevel = "watch" | "coordination" | "political";
export type EscalationState = "raised" | "acknowledged" | "assigned" | "in_progress" | "resolved" | "closed" | "rejected";
export type EscalationStep = "acknowledge" | "assign" | "start" | "resolve" | "close" | "reject" | "reopen" | "raise-level" | "lower-level" | "snooze";
export type EscalationAnswer = "will_do" | "cannot";
export type EscalationClock = "ack" | "start" | "resolve";
export type QueryState = "open" | "answered" | "withdrawn";
export type SlotState = "open" | "due_soon" | "overdue" | "submitted" | "nil" | "late" | "missed" | "excused";
export type LogKind = "fact" | "decision" | "action" | "contact";
export type HandoverState = "offered" | "signed";
export type Layout = "overview" | "far";
export type Role = "wall_device" | "viewer" | "duty_officer" | "centre_lead" | "coordinator" | "auditor" | "admin" | "partner" | "system";
export type CentreKind = "national" | "eu" | "regional" | "observer";
export type Measure = "stock" | "flow";
export type Aggregation = "sum" | "max" | "none";
export type Direction = "higher_is_worse" | "higher_is_better" | "neutral";
export type Quality = "measured" | "estimated" | "provisional" | "revised";
export type Freshness = "fresh" | "ageing" | "stale" | "expired";
export type Missing = "not_available" | "suppressed";
export type Value = number | Missing;
export type Source = { reliability: Reliability, credibility: Credibility, };
export type Reading = { indicator: string, value: Value, as_of: string, quality: Quality, };
export type By = { centre: string, role: Role, position: string, };
export type Centre = { id: string, 
/**
 * What a tile shows: ISO 3166-1 alpha-2 for a country, the body's own short code otherwise.
 */
code: string, 
/**
 * ISO 3166-1 alpha-2 of the country, if it is one; this is what the map colours.
 */
country: string | null, kind: CentreKind, 
/**
 * Name by language (BCP 47).
 */
name: { [key in string]: string }, 
/**
 * IANA time zone.
 */
timezone: string, languages: Array<string>, };
export type Sector = { id: string, name: { [key in string]: string }, 
/**
 * An update holds this many minutes unless its author says otherwise.
 */
cadence_minutes: number, };
export type Indicator = { id: string, name: { [key in string]: string }, definition: { [key in string]: string }, 
/**
 * `persons`, `persons/day`, `places`, `hours`, `incidents`, ….
 */
unit: string, measure: Measure, aggregation: Aggregation, direction: Direction, 
/**
 * Whether halves make sense; counts of people are whole.
 */
decimals: boolean, 
/**
 * Why figures of several centres are not brought together, by language; there where `aggregation` is `none`.
 */
not_summed_because?: { [key in string]: string }, 
/**
 * The indicator that counts what a sum would count twice, where somebody publishes that.
 */
counted_twice?: string, };
export type Template = { id: string, sector: string, 
/**
 * Each text by language (BCP 47).
 */
name: { [key in string]: string }, headline: { [key in string]: string }, body: { [key in string]: string }, 
/**
 * The severity it begins with; `null` leaves it to the officer.
 */
severity: Severity | null, 
/**
 * Figures that are usually read with it.
 */
indicators: Array<string>, };
export type IpcrRecord = { mode: IpcrMode, since: string, decided_by: string, source_url?: string | null, };
export type IpcrHistoryView = { recorded_at: string, by: By, mode: IpcrMode, since: string, decided_by: string, source_url?: string | null, };
export type ClosedView = { reason: string, at: string, by: By, };
export type CrisisView = { slug: string, name: string, environment: Environment, phase: CrisisPhase, state: CrisisState, opened_at: string, sectors: Array<Sector>, centres: Array<string>, ipcr: IpcrRecord | null, 
/**
 * Why it takes no reports, while it does not.
 */
closed: ClosedView | null, 
/**
 * Newest first.
 */
ipcr_history: Array<IpcrHistoryView>, };
export type UpdateView = { id: string, centre: string, sector: string, nil: boolean, severity: Severity, outlook: Outlook, urgency: Urgency | null, certainty: Certainty | null, headline: string, body: string | null, as_of: string, recorded_at: string, valid_until: string, tlp: Tlp, recipients: Array<string>, source: Source | null, areas: Array<string>, readings: Array<Reading>, supersedes: string | null, lang: string | null, by: By, };
export type PreviousView = { id: string, nil: boolean, severity: Severity, as_of: string, };
export type CellView = { centre: string, sector: string, update: UpdateView, 
/**
 * What stood here before and still stands behind it.
 */
previous: PreviousView | null, };
export type WithdrawalView = { reason: string, at: string, by: By, };
export type UpdateHistoryView = { 
/**
 * `published`, `superseded` or `withdrawn`.
 */
state: string, superseded_by: string | null, withdrawn: WithdrawalView | null, id: string, centre: string, sector: string, nil: boolean, severity: Severity, outlook: Outlook, urgency: Urgency | null, certainty: Certainty | null, headline: string, body: string | null, as_of: string, recorded_at: string, valid_until: string, tlp: Tlp, recipients: Array<string>, source: Source | null, areas: Array<string>, readings: Array<Reading>, supersedes: string | null, lang: string | null, by: By, };
export type StepView = { step: EscalationStep, at: string, by: By, note: string | null, assignee: string | null, until: string | null, answer: EscalationAnswer | null, };
export type Answer = { answer: EscalationAnswer, until: string | null, note: string | null, };
export type LapseView = { which: EscalationClock, due: string, at: string, level: EscalationLevel, };
export type EscalationView = { id: string, title: string, level: EscalationLevel, severity: Severity, reason: string, raised_by: string, asked_of: string, refs: Array<string>, ack_due: string | null, start_due: string | null, resolve_due: string | null, tlp: Tlp, recipients: Array<string>, state: EscalationState, 
/**
 * The centre that answered that it will; `null` means NOBODY.
 */
owner: string | null, assignee: string | null, 
/**
 * What was answered. `cannot` stands until somebody else is assigned.
 */
answer: Answer | null, snoozed_until: string | null, decision: string | null, raised_at: string, changed_at: string, 
/**
 * Oldest first.
 */
steps: Array<StepView>, 
/**
 * Clocks that ran out, oldest first.
 */
lapses: Array<LapseView>, };
export type AnswerView = { text: string, at: string, by: By, };
export type QueryView = { id: string, update: string, 
/**
 * The centre that is asked.
 */
centre: string, sector: string, question: string, asked_at: string, asked_by: By, state: QueryState, answer: AnswerView | null, withdrawn: WithdrawalView | null, tlp: Tlp, recipients: Array<string>, };
export type DueView = { soon_at: string, due_at: string, grace_until: string, centres: Array<string>, };
export type CycleView = { id: string, name: string, sectors: Array<string>, centres: Array<string>, starts_at: string, rrule: string, grace_minutes: number, cutoff_minutes: number | null, 
/**
 * Shortest first.
 */
reminder_minutes: Array<number>, ended: WithdrawalView | null, 
/**
 * Oldest first: two from before it was last planned, and three to come at least.
 */
due: Array<DueView>, };
export type FillView = { due_at: string, filled_at: string, nil: boolean, update: string, };
export type ExcuseView = { due_at: string, reason: string, at: string, by: By, };
export type SlotsView = { cycle: string, centre: string, filled: Array<FillView>, excused: Array<ExcuseView>, };
export type SlotView = { cycle: string, centre: string, due_at: string, state: SlotState, filled_at: string | null, update: string | null, 
/**
 * Why it is excused.
 */
reason: string | null, };
export type CentreView = { last_heard: string | null, 
/**
 * When somebody there last signed that a shift was taken over.
 */
last_handover: string | null, 
/**
 * When the shift that took over ends: later without another handover, one is missing.
 */
next_handover: string | null, id: string, 
/**
 * What a tile shows: ISO 3166-1 alpha-2 for a country, the body's own short code otherwise.
 */
code: string, 
/**
 * ISO 3166-1 alpha-2 of the country, if it is one; this is what the map colours.
 */
country: string | null, kind: CentreKind, 
/**
 * Name by language (BCP 47).
 */
name: { [key in string]: string }, 
/**
 * IANA time zone.
 */
timezone: string, languages: Array<string>, };
export type ReadingView = { centre: string, indicator: string, value: Value, as_of: string, recorded_at: string, quality: Quality, tlp: Tlp, update: string, };
export type Shift = { from: string, to: string, };
export type What = { "kind": "crisis_opened", name: string, } | { "kind": "ipcr_recorded", ipcr: IpcrRecord, } | { "kind": "update_posted", update: UpdateView, } | { "kind": "update_withdrawn", id: string, centre: string, sector: string, reason: string, } | { "kind": "escalation_raised", id: string, title: string, level: EscalationLevel, severity: Severity, asked_of: string, } | { "kind": "escalation_stepped", id: string, step: EscalationStep, note: string | null, assignee: string | null, answer: EscalationAnswer | null, } | { "kind": "escalation_lapsed", id: string, which: EscalationClock, due: string, level: EscalationLevel, } | { "kind": "escalation_woken", id: string, due: string, } | { "kind": "query_asked", id: string, update: string, centre: string, question: string, } | { "kind": "query_answered", id: string, answer: string, } | { "kind": "query_withdrawn", id: string, reason: string, } | { "kind": "crisis_closed", reason: string, } | { "kind": "crisis_reopened", reason: string, } | { "kind": "crisis_scoped", sectors: Array<string>, centres: Array<string>, } | { "kind": "cycle_set", id: string, name: string, } | { "kind": "cycle_changed", id: string, name: string, } | { "kind": "cycle_planned", id: string, due: Array<string>, } | { "kind": "cycle_ended", id: string, reason: string, } | { "kind": "slot_excused", id: string, centre: string, due_at: string, reason: string, } | { "kind": "slot_reminded", id: string, centre: string, due_at: string, minutes: number, } | { "kind": "slot_missed", id: string, centre: string, due_at: string, } | { "kind": "log_entered", id: string, centre: string, log_kind: LogKind, headline: string, event_time: string, key_event: boolean, corrects: string | null, } | { "kind": "handover_offered", id: string, centre: string, shift: Shift, } | { "kind": "handover_signed", id: string, centre: string, shift: Shift, };
export type FeedItem = { position: string, recorded_at: string, by: By, tlp: Tlp, } & ({ "kind": "crisis_opened", name: string, } | { "kind": "ipcr_recorded", ipcr: IpcrRecord, } | { "kind": "update_posted", update: UpdateView, } | { "kind": "update_withdrawn", id: string, centre: string, sector: string, reason: string, } | { "kind": "escalation_raised", id: string, title: string, level: EscalationLevel, severity: Severity, asked_of: string, } | { "kind": "escalation_stepped", id: string, step: EscalationStep, note: string | null, assignee: string | null, answer: EscalationAnswer | null, } | { "kind": "escalation_lapsed", id: string, which: EscalationClock, due: string, level: EscalationLevel, } | { "kind": "escalation_woken", id: string, due: string, } | { "kind": "query_asked", id: string, update: string, centre: string, question: string, } | { "kind": "query_answered", id: string, answer: string, } | { "kind": "query_withdrawn", id: string, reason: string, } | { "kind": "crisis_closed", reason: string, } | { "kind": "crisis_reopened", reason: string, } | { "kind": "crisis_scoped", sectors: Array<string>, centres: Array<string>, } | { "kind": "cycle_set", id: string, name: string, } | { "kind": "cycle_changed", id: string, name: string, } | { "kind": "cycle_planned", id: string, due: Array<string>, } | { "kind": "cycle_ended", id: string, reason: string, } | { "kind": "slot_excused", id: string, centre: string, due_at: string, reason: string, } | { "kind": "slot_reminded", id: string, centre: string, due_at: string, minutes: number, } | { "kind": "slot_missed", id: string, centre: string, due_at: string, } | { "kind": "log_entered", id: string, centre: string, log_kind: LogKind, headline: string, event_time: string, key_event: boolean, corrects: string | null, } | { "kind": "handover_offered", id: string, centre: string, shift: Shift, } | { "kind": "handover_signed", id: string, centre: string, shift: Shift, });
export type PictureView = { crisis: CrisisView, position: string, cells: Array<CellView>, 
/**
 * Every one that somebody still has to act on, and the newest that are closed or rejected.
 */
escalations: Array<EscalationView>, 
/**
 * Every open one, and the newest that were answered or withdrawn.
 */
queries: Array<QueryView>, cycles: Array<CycleView>, 
/**
 * What stands of the slots, centre by centre; a centre of which nothing does has none.
 */
slots: Array<SlotsView>, centres: Array<CentreView>, readings: Array<ReadingView>, 
/**
 * Newest first.
 */
feed: Array<FeedItem>, };
export type CrisisChange = { 
/**
 * `null` when the crisis had not begun.
 */
from: CrisisView | null, to: CrisisView, };
export type CellChange = { centre: string, sector: string, from: CellView | null, to: CellView | null, };
export type EscalationChange = { from: EscalationView, to: EscalationView, };
export type EscalationChanges = { 
/**
 * Not there then, in whatever state they are now.
 */
new: Array<EscalationView>, 
/**
 * Nobody has to act on them any more: closed or rejected since.
 */
closed: Array<EscalationView>, changed: Array<EscalationChange>, 
/**
 * Shown then and no longer: older than the finished ones that are shown, or out of this viewer's sight.
 */
gone: Array<string>, };
export type QueryChanges = { 
/**
 * Not there then, in whatever state they are now.
 */
new: Array<QueryView>, answered: Array<QueryView>, withdrawn: Array<QueryView>, 
/**
 * Shown then and no longer: older than the ended ones that are shown, or out of scope.
 */
gone: Array<string>, };
export type ReadingChange = { centre: string, indicator: string, from: ReadingView | null, to: ReadingView | null, 
/**
 * `to` less `from` where both are figures: an indicator has one unit for ever.
 */
difference: number | null, };
export type CentreChange = { centre: string, from: CentreView | null, to: CentreView | null, };
export type CycleChange = { cycle: string, from: CycleView | null, to: CycleView, };
export type SlotsChange = { cycle: string, centre: string, from: SlotsView | null, to: SlotsView | null, };
export type Difference = { 
/**
 * Where the viewer's old picture stands.
 */
since: string, 
/**
 * Where the new one stands.
 */
upto: string, 
/**
 * The moments at which silence is judged.
 */
since_at: string, upto_at: string, crisis: CrisisChange | null, cells: Array<CellChange>, escalations: EscalationChanges, queries: QueryChanges, readings: Array<ReadingChange>, centres: Array<CentreChange>, cycles: Array<CycleChange>, slots: Array<SlotsChange>, 
/**
 * Reports whose grace ended in between, oldest first. Time alone makes them so: no picture holds them.
 */
missed: Array<SlotView>, 
/**
 * Of whom something still held then, and nothing does now.
 */
silent: Array<string>, };
export type MomentKind = "crisis_opened" | "crisis_closed" | "crisis_reopened" | "crisis_scoped" | "ipcr_recorded" | "update_posted" | "escalation_raised" | "escalation_level_raised" | "escalation_level_lowered" | "escalation_resolved" | "key_event" | "slot_missed";
export type MomentView = { position: string, recorded_at: string, kind: MomentKind, centre: string, severity: Severity | null, title: string | null, 
/**
 * Of `ipcr_recorded` alone.
 */
mode: IpcrMode | null, };
export type DensityView = { from: string, entries: number, };
export type TimelineView = { from: string, to: string, 
/**
 * Oldest first: the newest of the span, as many as were asked for.
 */
moments: Array<MomentView>, 
/**
 * Where there are older ones in the span: what to ask for as `before`.
 */
earlier: string | null, 
/**
 * Length of the parts of `density`: hours, or days where the span is longer than 31 of them.
 */
part_minutes: number, 
/**
 * How much this viewer saw in each part that touches the span, oldest first; parts without entries are left out.
 */
density: Array<DensityView>, };
export type LogEntryView = { id: string, position: string, centre: string, kind: LogKind, text: string, event_time: string, recorded_at: string, key_event: boolean, refs: Array<string>, tlp: Tlp, recipients: Array<string>, 
/**
 * The entry of the same centre that this one puts right.
 */
corrects: string | null, by: By, };
export type SignatureView = { at: string, by: By, note: string | null, };
export type HandoverView = { id: string, position: string, centre: string, shift: Shift, state: HandoverState, notes: string, watch_items: Array<string>, staffing: string | null, questions: string | null, offered_at: string, offered_by: By, 
/**
 * Whether the asker offered it, and so cannot sign it.
 */
own: boolean, signed: SignatureView | null, };
export type ShiftView = { 
/**
 * For when this was looked at.
 */
at: string, shift: Shift, 
/**
 * The one that takes over, as long.
 */
next: Shift, 
/**
 * Open ones that this centre raised, is asked about or owns.
 */
escalations: Array<EscalationView>, 
/**
 * Open ones to this centre.
 */
queries: Array<QueryView>, 
/**
 * What this centre owes in the next shift, and what it already owes.
 */
slots: Array<SlotView>, 
/**
 * What is otherwise than when the shift began.
 */
changes: Difference, 
/**
 * Of every centre, as far as this one may read them; oldest first.
 */
key_events: Array<LogEntryView>, };
export type DeviceSetting = { layout: Layout, 
/**
 * 3, 5 or 8.
 */
distance_m: number, 
/**
 * The crisis it is pinned to; `null`: it goes round the open ones.
 */
crisis: string | null, };
export type Account = { id: string, centre: string, role: Role, name: string, 
/**
 * What a wall may show at the most; `null` for people.
 */
ceiling: Tlp | null, expires_at: string, 
/**
 * What a wall is set to show; `null` for people.
 */
device: DeviceSetting | null, };
export type Device = { id: string, name: string, centre: string, ceiling: Tlp, created_at: string, expires_at: string, revoked_at: string | null, 
/**
 * When its socket last lived, to the minute; `null`: never.
 */
last_seen: string | null, layout: Layout, 
/**
 * 3, 5 or 8.
 */
distance_m: number, 
/**
 * The crisis it is pinned to; `null`: it goes round the open ones.
 */
crisis: string | null, };
export type TokenInfo = { id: string, name: string, centre: string, role: Role, created_at: string, expires_at: string, revoked_at: string | null, };
export type Pairing = { id: string, 
/**
 * Six characters, shown in two groups of three.
 */
code: string, 
/**
 * Stays with the wall.
 */
secret: string, expires_at: string, };
export type NoticeKind = "escalation_asked" | "slot_due" | "slot_missed" | "level_up" | "device_lost";
export type Channel = "webhook" | "mail";
export type DeliveryFault = "status" | "gone" | "timed_out" | "no_connection" | "broke_off" | "address_not_allowed" | "mail_off" | "mail_refused" | "too_many";
export type Destination = { id: string, centre: string, channel: Channel, address: string, kinds: Array<NoticeKind>, made_at: string, 
/**
 * Since when nothing is sent; `null`: it is sent to.
 */
paused_at: string | null, waiting: number, dead: number, };
export type DeadLetter = { id: string, kind: NoticeKind, made_at: string, died_at: string, attempts: number, fault: DeliveryFault, 
/**
 * What the receiver answered, where it did.
 */
status: number | null, };

export const SEVERITIES: readonly Severity[] = ["extreme", "severe", "moderate", "minor", "unknown"];
export const OUTLOOKS: readonly Outlook[] = ["improving", "stable", "worsening", "unknown"];
export const URGENCIES: readonly Urgency[] = ["immediate", "expected", "future", "past", "unknown"];
export const CERTAINTIES: readonly Certainty[] = ["observed", "likely", "possible", "unlikely", "unknown"];
export const TLPS: readonly Tlp[] = ["red", "amber_strict", "amber", "green", "clear"];
export const LEVELS: readonly EscalationLevel[] = ["watch", "coordination", "political"];
export const STEPS: readonly EscalationStep[] = ["acknowledge", "assign", "start", "resolve", "close", "reject", "reopen", "raise-level", "lower-level", "snooze"];
export const QUALITIES: readonly Quality[] = ["measured", "estimated", "provisional", "revised"];
export const RELIABILITIES: readonly Reliability[] = ["A", "B", "C", "D", "E", "F"];
export const CREDIBILITIES: readonly Credibility[] = ["1", "2", "3", "4", "5", "6"];
export const IPCR_MODES: readonly IpcrMode[] = ["none", "monitoring", "information_sharing", "full_activation"];
export const ENVIRONMENTS: readonly Environment[] = ["actual", "exercise", "test"];
export const ROLES: readonly Role[] = ["wall_device", "viewer", "duty_officer", "centre_lead", "coordinator", "auditor", "admin", "partner", "system"];
export const QUERY_STATES: readonly QueryState[] = ["open", "answered", "withdrawn"];
export const LAYOUTS: readonly Layout[] = ["overview", "far"];
export const LOG_KINDS: readonly LogKind[] = ["fact", "decision", "action", "contact"];
export const NOTICE_KINDS: readonly NoticeKind[] = ["escalation_asked", "slot_due", "slot_missed", "level_up", "device_lost"];
export const CHANNELS: readonly Channel[] = ["webhook", "mail"];
