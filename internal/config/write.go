package config

import (
	"fmt"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// Append writes settings as lines of TOML, each with its origin in a comment. Those whose keys have a dot follow in tables of their
// own. path is the table that everything belongs to, such as aux.entropy; "": none.
func Append(b []byte, path string, all []Setting) []byte {
	for _, g := range group(all) {
		if header := strings.Trim(path+"."+g.name, "."); header != "" {
			if len(b) > 0 {
				b = append(b, '\n')
			}
			b = fmt.Appendf(b, "[%s]\n", header)
		}
		b = appendLines(b, g.settings)
	}
	return b
}

// table is what stands below one heading.
type table struct {
	name     string
	settings []Setting
}

// group sorts settings by table: first those of none.
func group(all []Setting) []table {
	tables := []table{{}}
	for _, s := range all {
		name, key, dotted := strings.Cut(s.Key, ".")
		if !dotted {
			tables[0].settings = append(tables[0].settings, s)
			continue
		}
		i := slices.IndexFunc(tables, func(t table) bool { return t.name == name })
		if i < 0 {
			i, tables = len(tables), append(tables, table{name: name})
		}
		s.Key = key
		tables[i].settings = append(tables[i].settings, s)
	}
	return tables
}

// appendLines aligns the comments.
func appendLines(b []byte, settings []Setting) []byte {
	lines := make([]string, len(settings))
	width := 24
	for i, s := range settings {
		lines[i] = s.Key + " = " + Text(s.Value)
		if n := len(lines[i]); n <= 48 {
			width = max(width, n)
		}
	}
	for i, s := range settings {
		if s.Origin == "" {
			b = append(append(b, lines[i]...), '\n')
			continue
		}
		b = fmt.Appendf(b, "%-*s  # %s\n", width, lines[i], comment(s.Origin))
	}
	return b
}

// comment returns text that ends no comment.
func comment(origin string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == unicode.ReplacementChar {
			return '?'
		}
		return r
	}, origin)
}

// Text returns a value as TOML. A whole number beyond 2^63-1, which TOML has not, becomes a string.
func Text(value any) string {
	v := reflect.ValueOf(value)
	switch v.Kind() {
	case reflect.Bool:
		return strconv.FormatBool(v.Bool())
	case reflect.Int, reflect.Int64:
		return strconv.FormatInt(v.Int(), 10)
	case reflect.Uint64:
		if v.Uint() > math.MaxInt64 {
			return `"` + strconv.FormatUint(v.Uint(), 10) + `"`
		}
		return strconv.FormatUint(v.Uint(), 10)
	case reflect.Float32, reflect.Float64:
		x := strconv.FormatFloat(v.Float(), 'g', -1, v.Type().Bits())
		if !strings.ContainsAny(x, ".en") { // nor nan
			x += ".0"
		}
		return x
	case reflect.Slice:
		parts := make([]string, v.Len())
		for i := range parts {
			parts[i] = Text(v.Index(i).Interface())
		}
		return "[" + strings.Join(parts, ", ") + "]"
	}
	return quoted(v.String())
}

// quoted returns a basic string of TOML.
func quoted(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case unicode.IsControl(r):
			fmt.Fprintf(&b, "\\u%04X", r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}
