package nn

import "github.com/auxrl/auxrl/internal/team"

// Team runs a fixed number of shards on however many workers there are; see NewTeam. A nil Team runs them one after the other.
type Team = team.Team

// NewTeam starts a team of so many workers; 0 takes one per processor that Go may use. Close ends them.
func NewTeam(workers int) *Team { return team.New(workers) }
