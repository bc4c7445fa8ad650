package run

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

const (
	manifestName   = "MANIFEST.json"
	manifestFormat = 1
	maxManifest    = 1 << 20 // bytes of a manifest that are read
	maxFileSize    = 1 << 40 // bytes of one file
)

var errNewerFormat = errors.New("was written by a newer version")

// Names have no capitals, so that none is MANIFEST.json on any file system.
var fileName = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,47}(\.[a-z0-9]{1,15})?$`)

// manifest says what a checkpoint consists of. It has no time, host or path: equal content gives equal bytes.
type manifest struct {
	Format int     `json:"format"`
	Step   int64   `json:"step"`
	Files  []entry `json:"files"` // in order of name
}

type entry struct {
	Name   string `json:"name"`
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"`
}

// newManifest describes the files, and more of which that is known. It panics on names that no checkpoint can have.
func newManifest(step int64, files []File, more []entry) manifest {
	m := manifest{Format: manifestFormat, Step: step, Files: make([]entry, len(files))}
	for i, f := range files {
		m.Files[i] = entry{Name: f.Name, Size: int64(len(f.Data)), SHA256: digest(f.Data)}
	}
	m.Files = append(m.Files, more...)
	slices.SortFunc(m.Files, func(a, b entry) int { return strings.Compare(a.Name, b.Name) })
	if err := m.validate(step); err != nil {
		panic("run: save: no files, a file name that is not allowed, or one given twice")
	}
	return m
}

// parseManifest reads the manifest of the given step.
func parseManifest(data []byte, step int64) (manifest, error) {
	var head struct {
		Format int `json:"format"`
	}
	if err := json.Unmarshal(data, &head); err != nil {
		return manifest{}, fmt.Errorf("%s: %w", manifestName, err)
	}
	var m manifest
	err := decodeStrict(data, &m)
	if head.Format > manifestFormat && !m.misnumbered(err, data) {
		return manifest{}, fmt.Errorf("%w (checkpoint format %d, this version reads %d)", errNewerFormat, head.Format, manifestFormat)
	}
	if err == nil {
		err = m.validate(step)
	}
	if err == nil && !bytes.Equal(data, m.bytes()) {
		err = errors.New("it is not as it was written")
	}
	if err != nil {
		return manifest{}, fmt.Errorf("%s: %w", manifestName, err)
	}
	return m, nil
}

// misnumbered reports whether data, of which m is what was decoded, is one of our manifests but for the number of its format: that is
// damage, what a newer version writes has something new.
func (m *manifest) misnumbered(err error, data []byte) bool {
	return err == nil && bytes.Equal(data, m.bytes())
}

func (m *manifest) validate(step int64) error {
	if m.Format != manifestFormat {
		return fmt.Errorf("format is %d, want %d", m.Format, manifestFormat)
	}
	if m.Step != step {
		return fmt.Errorf("step is %d, want %d", m.Step, step)
	}
	if len(m.Files) == 0 {
		return errors.New("no files")
	}
	for i, e := range m.Files {
		if !fileName.MatchString(e.Name) {
			return fmt.Errorf("file name %q is not allowed", e.Name)
		}
		if i > 0 && e.Name <= m.Files[i-1].Name {
			return fmt.Errorf("file %q is out of order", e.Name)
		}
		if e.Size < 0 || e.Size > maxFileSize {
			return fmt.Errorf("size of %q is %d", e.Name, e.Size)
		}
	}
	return nil
}

// bytes returns the manifest as it is stored.
func (m *manifest) bytes() []byte {
	data, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		panic("run: a manifest cannot be marshalled") // impossible: numbers and strings only
	}
	return append(data, '\n')
}

func digest(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}
