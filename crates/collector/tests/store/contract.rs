//! The contract of `Store`, as tests. A test of a module here that the list does not name is a
//! warning, so none is forgotten.

pub(crate) mod append;
pub(crate) mod feed;
pub(crate) mod forget;
pub(crate) mod forward;
pub(crate) mod lifecycle;
pub(crate) mod read;
pub(crate) mod report;
pub(crate) mod summary;

/// Makes one `#[tokio::test]` of each test of the contract, over the store that the constructor opens
/// (`fn(folder, max_queued_bytes) -> Arc<dyn Store>`).
macro_rules! store_contract {
    ($open:expr) => {
        $crate::contract::store_contract! { $open;
            append {
                an_event_is_kept_once_for_each_site_and_id,
                other_content_under_a_known_id_is_a_conflict_and_changes_nothing,
                an_event_that_a_batch_repeats_is_stored_once,
                the_receipt_sums_up_to_the_most_complete_delivery,
                a_batch_without_events_leaves_no_receipt,
                receipts_are_answered_in_the_order_asked_and_by_site,
                totals_count_each_event_of_a_visitor_once,
                totals_are_of_one_visitor_on_one_site,
                batches_at_once_are_each_stored_whole,
            }
            read {
                a_session_is_read_by_time_then_by_sequence,
                a_session_is_read_page_by_page_without_gap_or_repetition,
                a_session_is_filtered_by_site_and_kind,
                events_are_read_in_the_order_of_their_sequence,
                the_most_recent_events_end_with_the_last,
                what_was_given_comes_back_whole,
            }
            summary {
                a_session_is_summed_up_by_the_time_of_happening,
                a_session_is_summed_up_for_one_site,
                the_last_visit_is_that_of_the_last_event_until_then,
            }
            feed {
                the_feed_shows_what_is_stored_in_the_order_of_its_sequence,
                the_feed_shows_events_only_after_they_can_be_read,
                the_feed_does_not_show_what_was_there_before,
            }
            forget {
                a_deleted_visitor_leaves_no_event_and_no_totals,
                a_visitor_is_deleted_on_one_site_only_where_that_is_asked,
                what_was_deleted_does_not_come_back,
                deleting_again_finds_nothing,
                a_visitor_with_many_events_is_deleted_whole_while_batches_arrive,
                events_that_arrived_too_long_ago_expire,
                without_a_retention_nothing_expires,
                what_expired_does_not_come_back_while_a_sender_may_bring_it,
                receipts_outlive_events_as_long_as_a_sender_may_ask,
                a_visitor_whose_last_event_expired_has_no_totals,
            }
            forward {
                a_destination_begins_after_what_is_stored_and_goes_on_from_its_cursor,
                a_cursor_never_goes_back_and_is_each_destinations_own,
                dead_letters_are_read_in_the_order_of_their_events,
                a_dead_letter_is_replayed_until_it_is_taken_or_dies_again,
                dead_letters_are_deleted_without_their_events,
                a_deleted_event_leaves_no_dead_letter_and_gets_none,
                the_backlog_is_what_came_after_the_cursor,
            }
            report {
                sites_are_listed_by_id_page_by_page,
                traffic_counts_each_visitor_once_and_leaves_no_gap,
                pages_sources_and_campaigns_are_counted_most_first,
                events_are_counted_by_name_and_read_by_name,
                the_last_sessions_come_whole_and_a_journey_page_by_page,
                programs_are_left_out_unless_they_are_asked_for,
                what_was_deleted_is_in_no_report,
                the_delivery_is_told_by_day_and_so_are_wrong_clocks,
            }
            lifecycle {
                what_was_acknowledged_is_there_after_the_next_opening,
                sequences_are_never_used_again,
                a_closed_store_takes_nothing_and_says_so,
                closing_keeps_what_was_taken,
                a_check_leaves_no_trace,
                a_full_queue_refuses_and_loses_nothing,
            }
        }
    };
    ($open:expr; $( $module:ident { $( $test:ident, )* } )*) => { $( $(
        #[tokio::test]
        async fn $test() {
            let place = $crate::place::Place::new($open);
            $crate::contract::$module::$test(place).await;
        }
    )* )* };
}

pub(crate) use store_contract;
