/**
 * What each call takes, entry by entry: `given=path:rule`, or `given:rule` where the two are the same. `given` is the
 * name by which a site gives a value, `path` where it stands in the part of the event. Rules are those of `members.ts`;
 * the limits are those of `crates/protocol/src/limits.rs` and `crates/protocol/src/personalize.rs`, as a test compares.
 */
const ACTION_MAP = "actionMap.id:t256 actionMap.selfUri:t2083 actionMap.version:w";
const THING = "id:t256 selfUri:t2083 version:w";
const FAILURE = "errorCode:t256 errorMessage:t1024";

/** `THING`, as an object of that name has it. */
const within = (name: string, table: string) =>
  table
    .split(" ")
    .map((entry) => entry.replace(/[^:]+/, (given) => `${given}=${name}.${given}`))
    .join(" ");

const ACTION = `${within("action", "id:t256 state:s mediaType:m prompt:t1024 createdDate:t64")} name=actionMap.displayName:t1024 ${ACTION_MAP}`;

/** What Amazon Personalize is to be told: of every event. */
export const PERSONALIZE = within(
  "personalize",
  "eventType:t256 itemId:t256 eventValue:n recommendationId:t40 impression:l metricAttribution.eventAttributionSource:a properties:p",
);

/** Of a web event, besides its name and its properties. */
export const WEB = "searchQuery:t1024 authenticated:b traits:j";

/** A kind of event that is recorded by a call. */
export interface Kind {
  /** The last word of its type. */
  word: string;
  table: string;
  /** What it cannot do without: names, and of each group one. */
  needs: string[];
  /** Whether it says with what browser and device. */
  hasEnvironment?: boolean;
}

export const KINDS: Record<string, Kind> = {
  offer: {
    word: "WebActionEvent",
    table: `${ACTION} actionTarget.id:t256 actionTarget.selfUri:t2083 timeToDisposition:w ${FAILURE}`,
    needs: ["state", "id or name"],
    hasEnvironment: true,
  },
  action: {
    word: "GenericActionEvent",
    table: `${ACTION} mediaAddress=action.mediaAddress:t2083 ${FAILURE}`,
    needs: ["state", "id"],
  },
  outcome: {
    word: "OutcomeAchievedEvent",
    table: `name=outcome.displayName:t1024 ${within("outcome", THING)} visitCreatedDate:t64`,
    needs: ["name"],
    hasEnvironment: true,
  },
  segment: { word: "SegmentAssignmentEvent", table: within("segment", "id:t256 selfUri:t2083"), needs: ["id"] },
  segmentAssigned: {
    word: "SegmentAssignedEvent",
    table: `name=segment.displayName:t1024 ${within("segment", `${THING} scope:c`)} visitCreatedDate:t64`,
    needs: ["name"],
    hasEnvironment: true,
  },
};
