package run

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

const metadataKey = "__metadata__"

// checkHeader reads the header of a safetensors file token by token and refuses what the decoder behind it would accept or
// spend memory on: keys given twice, too many tensors, long shapes, nesting, bytes after the end.
func checkHeader(header []byte) error {
	if len(header) == 0 || header[0] != '{' {
		return errors.New("it does not begin with {")
	}
	h := headerReader{json.NewDecoder(bytes.NewReader(header))}
	h.dec.UseNumber()
	count := 0
	err := h.object(func(name string) error {
		if name == metadataKey {
			return h.object(func(string) error { return h.text() })
		}
		if count++; count > maxTensors {
			return fmt.Errorf("more than %d tensors", maxTensors)
		}
		return h.tensor()
	})
	if err != nil {
		return err
	}
	if strings.Trim(string(header[h.dec.InputOffset():]), " ") != "" {
		return errors.New("something follows its end")
	}
	return nil
}

type headerReader struct{ dec *json.Decoder }

// object reads an object, calling value to read the value of each key.
func (h headerReader) object(value func(key string) error) error {
	if err := h.delim('{'); err != nil {
		return err
	}
	seen := make(map[string]bool)
	for h.dec.More() {
		t, err := h.dec.Token()
		if err != nil {
			return err
		}
		key, ok := t.(string)
		if !ok {
			return fmt.Errorf("%v where a key should be", t)
		}
		if seen[key] {
			return fmt.Errorf("%q is given twice", key)
		}
		seen[key] = true
		if err := value(key); err != nil {
			return fmt.Errorf("%q: %w", key, err)
		}
	}
	return h.delim('}')
}

func (h headerReader) tensor() error {
	return h.object(func(key string) error {
		switch key {
		case "dtype":
			return h.text()
		case "shape":
			return h.numbers(maxRank)
		case "data_offsets":
			return h.numbers(2)
		}
		return errors.New("unknown key")
	})
}

func (h headerReader) numbers(limit int) error {
	if err := h.delim('['); err != nil {
		return err
	}
	for n := 0; h.dec.More(); n++ {
		if n == limit {
			return fmt.Errorf("more than %d numbers", limit)
		}
		t, err := h.dec.Token()
		if err != nil {
			return err
		}
		if _, ok := t.(json.Number); !ok {
			return fmt.Errorf("%v where a number should be", t)
		}
	}
	return h.delim(']')
}

func (h headerReader) text() error {
	t, err := h.dec.Token()
	if err != nil {
		return err
	}
	if _, ok := t.(string); !ok {
		return fmt.Errorf("%v where a string should be", t)
	}
	return nil
}

func (h headerReader) delim(want json.Delim) error {
	t, err := h.dec.Token()
	if err != nil {
		return err
	}
	if t != want {
		return fmt.Errorf("%v where %v should be", t, want)
	}
	return nil
}
