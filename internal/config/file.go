// Package config reads settings and remembers where each came from: TOML files, whatever they hold, and structs whose fields are
// settings. It knows no particular setting.
package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/pelletier/go-toml/v2"
	"github.com/pelletier/go-toml/v2/unstable"
)

// Limits on a file. They are checked while it is read, before memory is taken for what it says.
const (
	maxFile  = 256 << 10 // bytes
	maxItems = 2048      // settings and tables
	maxDepth = 6         // parts of a key, its tables' included: arm.NAME.shape.NAME.settings.KEY
	maxList  = 256       // numbers in a list
)

// Item is a setting of a file, or the heading of a table.
type Item struct {
	Key   []string
	Value any // int64, float64, bool, string, or []any of these; nil: a table begins
	Line  int // from 1
}

// ReadFile returns what stands in a TOML file, in order. Errors name the file and the line. A file may come from anyone.
func ReadFile(name string) ([]Item, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxFile+1)) // a device may never end
	if err != nil {
		return nil, err
	}
	items, err := Parse(data)
	if err != nil {
		return nil, fmt.Errorf("%s:%w", name, err)
	}
	return items, nil
}

// Parse returns what stands in a TOML document, in order. Errors begin with the line.
func Parse(data []byte) ([]Item, error) {
	if len(data) > maxFile {
		return nil, fmt.Errorf("1: the file is larger than %d bytes", maxFile)
	}
	s := scanner{data: data, line: 1}
	if err := s.scan(); err != nil {
		return nil, err
	}
	var tree map[string]any
	if err := toml.Unmarshal(data, &tree); err != nil {
		return nil, located(err)
	}
	for i := range s.items {
		if err := s.items[i].find(tree); err != nil {
			return nil, err
		}
	}
	return s.items, nil
}

// located puts the line in front of an error of the library.
func located(err error) error {
	var d *toml.DecodeError
	if errors.As(err, &d) {
		line, _ := d.Position()
		return fmt.Errorf("%d: %s", line, strings.TrimPrefix(d.Error(), "toml: "))
	}
	return fmt.Errorf("1: %s", strings.TrimPrefix(err.Error(), "toml: "))
}

// find sets the value of a setting from the tree of the whole file.
func (i *Item) find(tree map[string]any) error {
	var v any = tree
	for _, part := range i.Key {
		table, ok := v.(map[string]any)
		if !ok {
			return fmt.Errorf("%d: %s is not where it was", i.Line, strings.Join(i.Key, "."))
		}
		v = table[part]
	}
	if _, ok := v.(map[string]any); !ok {
		i.Value = v
	}
	return nil
}

// scanner finds the keys of a document and their lines. Values are the library's business.
type scanner struct {
	data   []byte
	parser unstable.Parser
	table  []string // that the lines belong to
	items  []Item
	at     int // offset up to which lines are counted
	line   int
}

func (s *scanner) scan() error {
	s.parser.Reset(s.data)
	for s.parser.NextExpression() {
		e := s.parser.Expression()
		switch e.Kind {
		case unstable.Table:
			s.table = nil
			key, err := s.key(nil, e)
			if err != nil {
				return err
			}
			s.table = key
			if err := s.add(key); err != nil {
				return err
			}
		case unstable.KeyValue:
			if err := s.setting(s.table, e); err != nil {
				return err
			}
		default:
			if _, err := s.key(nil, e); err != nil { // finds the line
				return err
			}
			return fmt.Errorf("%d: a table has one pair of brackets here", s.line)
		}
	}
	if s.parser.Error() == nil {
		return nil
	}
	var tree map[string]any // the library's other half says where
	if err := toml.Unmarshal(s.data, &tree); err != nil {
		return located(err)
	}
	return fmt.Errorf("%d: %s", s.line, strings.TrimPrefix(s.parser.Error().Error(), "toml: "))
}

// setting adds a line, or what an inline table has in it.
func (s *scanner) setting(table []string, e *unstable.Node) error {
	key, err := s.key(table, e)
	if err != nil {
		return err
	}
	if err := s.add(key); err != nil {
		return err
	}
	switch v := e.Value(); v.Kind {
	case unstable.Integer, unstable.Float, unstable.Bool, unstable.String:
		return nil
	case unstable.Array:
		return s.list(key, v)
	case unstable.InlineTable:
		for it := v.Children(); it.Next(); {
			if err := s.setting(key, it.Node()); err != nil {
				return err
			}
		}
		return nil
	}
	return fmt.Errorf("%d: %s takes no dates or times", s.line, strings.Join(key, "."))
}

// list checks that a list is one of plain values.
func (s *scanner) list(key []string, v *unstable.Node) error {
	n := 0
	for it := v.Children(); it.Next(); n++ {
		switch it.Node().Kind {
		case unstable.Integer, unstable.Float, unstable.Bool, unstable.String, unstable.Comment:
		default:
			return fmt.Errorf("%d: %s: a list is of plain values here", s.line, strings.Join(key, "."))
		}
	}
	if n > maxList {
		return fmt.Errorf("%d: %s: a list of %d values, at most %d are read", s.line, strings.Join(key, "."), n, maxList)
	}
	return nil
}

// key returns the key of an expression below a table, and finds its line.
func (s *scanner) key(table []string, e *unstable.Node) ([]string, error) {
	key := append([]string(nil), table...)
	for it := e.Key(); it.Next(); {
		n := it.Node()
		if at := int(n.Raw.Offset); at > s.at {
			s.line += bytes.Count(s.data[s.at:at], []byte{'\n'})
			s.at = at
		}
		if key = append(key, string(n.Data)); len(key) > maxDepth {
			return nil, fmt.Errorf("%d: a key of more than %d parts", s.line, maxDepth)
		}
	}
	return key, nil
}

func (s *scanner) add(key []string) error {
	if len(s.items) == maxItems {
		return fmt.Errorf("%d: more than %d settings", s.line, maxItems)
	}
	s.items = append(s.items, Item{Key: key, Line: s.line})
	return nil
}

// Origins returns the comments behind the settings of a document that Append wrote, by dotted key.
func Origins(data []byte) map[string]string {
	items, err := Parse(data)
	if err != nil {
		return nil
	}
	lines := bytes.Split(data, []byte{'\n'})
	from := make(map[string]string, len(items))
	for _, i := range items {
		if i.Line > len(lines) {
			continue
		}
		line := string(lines[i.Line-1])
		if at := strings.LastIndex(line, "# "); at >= 0 {
			from[strings.Join(i.Key, ".")] = line[at+2:]
		}
	}
	return from
}
