package viz

import "strconv"

// lines returns s as a line of text for each that stands beside the others, for terminals that cannot do more.
func (t *Terminal) lines(s *Snapshot) []byte {
	t.buf = t.buf[:0]
	if len(s.Tiles) == 0 {
		t.buf = appendLine(t.buf, s)
	}
	for _, tile := range s.Tiles {
		t.buf = append(appendPlain(t.buf, tile.Title), ' ')
		t.buf = appendLine(t.buf, tile)
	}
	return t.buf
}

// appendLine appends one.
func appendLine(b []byte, s *Snapshot) []byte {
	b = strconv.AppendInt(append(b, "episode "...), int64(s.Episode), 10)
	b = strconv.AppendInt(append(b, " step "...), int64(s.Step), 10)
	if s.StepLimit > 0 {
		b = strconv.AppendInt(append(b, '/'), int64(s.StepLimit), 10)
	}
	b = appendNumber(append(b, " reward "...), s.Reward, true)
	b = appendNumber(append(b, " return "...), s.Return, true)
	if s.Value == s.Value {
		b = appendNumber(append(b, " value "...), s.Value, false)
	}
	if s.Action >= 0 && s.Action < len(s.Policy) {
		b = appendPlain(append(b, " action "...), actionName(s, s.Action))
		b = appendPercent(append(b, ' '), s.Policy[s.Action])
	}
	if s.End != "" {
		b = appendPlain(append(b, ' '), s.End)
	}
	return append(b, '\n')
}

// appendPlain appends a text without what could control a terminal.
func appendPlain(b []byte, s string) []byte {
	for _, r := range s {
		b = append(b, string(drawable(r))...)
	}
	return b
}
