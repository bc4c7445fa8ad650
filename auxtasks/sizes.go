package auxtasks

import (
	"fmt"
	"math"
	"reflect"
	"strings"
)

// most bounds the whole numbers among a kind's settings by the name of the field, before memory is taken for them.
var most = map[string]int64{
	"len": 1 << 12, "seqs": 1 << 12, "burn": 1 << 12, "hidden": 1 << 14, "frames": 1 << 6, "maps": 1 << 10, "rows": 1 << 16,
	"cell": 1 << 12, "pool": 1 << 8, "base": 1 << 10,
}

// checkSizes reports the first whole number of a struct that is beyond its bound.
func checkSizes(v reflect.Value) error {
	for i := range v.NumField() {
		f := v.Field(i)
		if f.Kind() == reflect.Struct {
			if err := checkSizes(f); err != nil {
				return err
			}
			continue
		}
		if f.Kind() != reflect.Int {
			continue
		}
		name := v.Type().Field(i).Name
		limit, bounded := most[strings.ToLower(name)]
		if !bounded {
			limit = math.MaxInt32
		}
		if f.Int() > limit {
			return fmt.Errorf("%s is %d, at most %d is possible", strings.ToLower(name), f.Int(), limit)
		}
	}
	return nil
}

// Check reports what is wrong with settings of this kind: a JSON object with the fields to change, or nothing.
func (k Kind) Check(settings []byte) error {
	c := reflect.New(reflect.TypeOf(k.Settings))
	c.Elem().Set(reflect.ValueOf(k.Settings))
	return decode(k.Name, settings, c.Interface())
}
