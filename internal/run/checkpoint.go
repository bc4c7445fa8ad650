package run

import "fmt"

// DefaultKeep is the number of checkpoints to keep, for those who have no reason to choose another.
const DefaultKeep = 3

// File is one named piece of a checkpoint. Names are lower-case letters, digits, '-' and '_', with at most one extension:
// model.safetensors, state.json, env-3.bin.
type File struct {
	Name string
	Data []byte
}

// Checkpoint is what [Dir.Save] was given. It is a function of that alone: no time, host or path comes in.
type Checkpoint struct {
	Step   int64
	Files  []File // in order of name
	Digest string // equal for two checkpoints exactly when step and files are
}

// File returns the content of the named file, which is not copied.
func (c *Checkpoint) File(name string) ([]byte, error) {
	for _, f := range c.Files {
		if f.Name == name {
			return f.Data, nil
		}
	}
	return nil, fmt.Errorf("run: checkpoint of step %d has no file %s", c.Step, name)
}
