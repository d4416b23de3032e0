"""What was run: plans, designs, logs, the store. Nothing here knows a screen.

Where to look:

- a pilot's steps from the outside: `pilot`; the bundled ones: `bundled`; a table without a pilot: `tables`
- the study file: `study_file` reads it into a `study` through `yaml_tree` and `tree`, judged by `structure` (from
  the `schema`, its `fragments` and each `outcome_form`) and by `meaning`, with `period_rules`, `log_rules` and
  `calendar_rules`; `calendar_form` is what calendar designs take, `own_instruments` the questionnaires that a file
  brings along; `translations` are its texts in other languages, `reporting` what no data can tell a report;
  `plan` (of a calendar design with `calendar_plan`) and `plan_hash` say what will be analysed
- the log: `ingest` takes files in, each `arriving` by itself; `log_rows` has it read in a process of its own
  (`reading`, by its `log_format`), `screening` judges each row by the `row_rules` and `codes` for the vocabulary of
  `events` (at once the `plain_rows`, by their `words`, `plain_times` and `plain_numbers`, each id once it is `met`)
  and turns ids into `pseudonyms` and `keyed` numbers, a `spill` puts rows aside by `unit_range`, and `sorting_in`
  goes range by range: `admission` judges `fresh_rows` beside each other by their `event_key` and beside what is
  `held`, `across` what no range alone can tell; `segments` and the `unit_parts` are written; an `intake` and
  `rejects` tell what came of it
- clocks: the `unit_list` keeps each unit's, from which its events have their time since the exposure; `retiming`
  finds them anew after an amendment; `compaction` merges small segments; `beside` each large one stand the sums of
  its units (`summing`) and the `log_counts` of its instants, so that nobody who measures reads its events again
- the store: `store`, its `manifest`, `parquet_parts` and their `checksums`, `durable` writing, `waiting` for other
  writers, `sweeping` what does not belong, and the `keys` outside it; `withdrawal` of people, `retention` and
  `purging`; `inspection` (with `inspected_rows`) verifies it all, `holdings` says what is there
- measurement: `measure` asks `by_range` where units have one clock each: the `timed_query`, as rows or, by the
  `cell_sums` and the `cell_query`, for a `cell_table`; with periods, the `row_query` over the `clocks`; both are
  put together from `unit_query` and each kind of `measuring`; `scoring` has each `survey` scored by its
  `instrument`; a series asks the `interval_query` for the `intervals` of an `interval_table`; `conduct` (or
  `conduct_in_periods`) counts how the study ran, `follow_up` for how long, `log_facts`, by one `log_pass` over
  `log_columns`, and `crowds` what is odd; `results` (as files: `kept_results`) keep the evaluation with its
  `provenance`
- queries: `engine` runs them over `parquet_files` within its `limits`, with rows put `aside` that memory does not
  hold, and the `heap` keeps at hand what one range freed for the next; `sql` builds them, `arrays` hands columns
  over
- simulation: `simulate`, from each `generator`
- what may be seen: `releasing` audits what is for everybody, once, and enters it into the `ledger`; `access` says
  which role sees which pilots under which policy; `progress` how far a pilot has come; `score_courses` measures
  scores by wave and arm
- before a study: `planning` asks how many it takes; `allocating` draws a list, of a `lottery` for units and of
  `lottery_clusters`
- plug-ins, one file each, found by their folder: `design`, `formats`, `instruments`, `outcomes`
- `faults`: what is said when something is wrong
"""
