// Package stats holds the statistics of experiments in reinforcement learning, where runs are few, scores are skewed, and some
// runs fail: aggregates with stratified bootstrap intervals, probabilities of improvement, performance profiles and curves as
// Agarwal et al. 2021 ("Deep Reinforcement Learning at the Edge of the Statistical Precipice") and their library rliable define
// them, and a paired comparison of how soon runs reach a threshold.
//
// Scores are plain slices, one row per task and one column per run: scores[task][run]. It is the transpose of rliable's
// matrix, and scores of a single task are [][]float64{returns}. All tasks of an algorithm have equally many runs, and all
// scores are finite; anything else is an error. Scores of several tasks should be normalised to one scale first: 1 is usually
// what a person or the best known policy reaches.
//
// A [Bootstrap] makes intervals. One seed gives one result, bit for bit, whatever GOMAXPROCS is.
//
// With fewer than ten runs percentile intervals are too narrow: of nominal 95 % intervals of an interquartile mean on one task
// about three quarters hold the truth with 3 runs, nine in ten with 5, 94 % with 10.
package stats
