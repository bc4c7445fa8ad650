package viz

import "strconv"

// lines returns s as a line of text for each that stands beside the others, for terminals that cannot do more.
func (t *Terminal) lines(s *Snapshot) []byte {
	if len(s.Tiles) == 0 {
		return t.line(t.buf[:0], s)
	}
	t.buf = t.buf[:0]
	for _, tile := range s.Tiles {
		t.buf = append(appendPlain(t.buf, tile.Title), ' ')
		t.buf = t.line(t.buf, tile)
	}
	return t.buf
}

// line appends one.
func (t *Terminal) line(b []byte, s *Snapshot) []byte {
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
	t.buf = append(b, '\n')
	return t.buf
}

// appendPlain appends a text without what could control a terminal.
func appendPlain(b []byte, s string) []byte {
	for _, r := range s {
		b = append(b, string(drawable(r))...)
	}
	return b
}
