/** The parts of a stored row that tests look at by name. */
export interface StoredEvent {
  readonly sequence: number;
  readonly siteId: string;
  readonly receivedAt: string;
  readonly event: JourneyEvent;
}

/** An event as the collector gives it back. */
export interface JourneyEvent {
  readonly id: string;
  readonly eventType: string;
  readonly createdDate: string;
  readonly [member: string]: unknown;
}
