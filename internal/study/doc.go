// Package study compares agents that differ in something, over worlds and seeds: it trains every run, keeps a raw line of each, and makes
// a report of the lines.
//
// A [Study] says what is compared: worlds, arms, seeds, and how runs are scored. A [Plan] is a study whose settings have been found and
// checked: one [Job] per world, arm and seed. [Plan.Run] trains what is missing; it may be stopped or killed at any point and goes on
// from there. [Analyze] makes the statistics of the lines, which a report shows as text, Markdown, HTML, CSV and figures.
//
// A report is a function of the study and its lines alone, and a line is a function of its settings and seed: not of the time, the number
// of jobs at a time, or how often the work was interrupted. How long runs took is kept apart.
package study
