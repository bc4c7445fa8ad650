// Package sweep looks for good settings: it draws configurations from ranges, has them trained by package study, and drops the worse ones
// rung by rung.
//
// A [Sweep] is read from a file. Configuration i is a function of the sweep's seed, i and the ranges alone, and so is everything else of
// that and of the raw lines of the runs: a sweep that is stopped, or killed, and started again gives the same table, byte for byte.
//
// In successive halving (Jamieson & Talwalkar 2016) all configurations are trained for a part of the budget, the best go on to Halving
// times as much, and so on; the last rung is the whole budget. Runs are not begun again: their settings are those of the whole budget all
// the time, so that a step size that anneals over it does so in every rung. One rung is random search.
package sweep
