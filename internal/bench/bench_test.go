package bench

import (
	"context"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// The names are what others refer to.
func TestNames(t *testing.T) {
	names := Names()
	for _, want := range strings.Fields(`peak_1core peak_all_cores memory_copy_128mib
		conv1_forward conv1_backward_weights conv2_forward conv2_backward_weights conv2_backward_data conv3_backward_data
		dense_3136x512_forward_b1 dense_3136x512_forward_b32 dense_3136x512_forward_b256 dense_3136x512_backward_data_b32
		dense_3136x512_backward_weights_b256 lstm_gates_b16 block_k64 block_k256 block_k512 impala_step_b32
		impala_conv16_forward impala_conv32_backward_data
		nature_step_b256 nature_step_b32 minigrid_step_b256 minatar_step_b256 torchac_act_b1 minigrid_act_b1 minigrid_act_b16 nature_act_b1`) {
		if !slices.Contains(names, want) {
			t.Errorf("there is no row %s", want)
		}
	}
	slices.Sort(names)
	if unique := slices.Compact(slices.Clone(names)); len(unique) != len(names) {
		t.Errorf("two rows have one name: %q", names)
	}
	if slices.Contains(names, "conv1_backward_data") {
		t.Error("the first convolution sends nothing back")
	}
}

func TestEngine(t *testing.T) {
	for _, filter := range []string{"peak", "memory", "conv1_", "minigrid", "dense_64", "lstm", "block", "adam", "minatar"} {
		told := 0
		err := Engine(t.Context(), filter, time.Microsecond, func(r Result) error {
			told++
			counts := r.FLOPs > 0 && r.Rate() == r.FLOPs/r.Seconds || r.Bytes > 0 && math.IsNaN(r.Rate())
			if !strings.Contains(r.Name, filter) || r.Cores < 1 || !(r.Seconds > 0) || !(r.Peak > 0) || !counts {
				t.Errorf("%s: %+v", filter, r)
			}
			if strings.HasPrefix(r.Name, "peak") && r.Rate() > r.Peak {
				t.Errorf("%s: faster than the peak: %+v", filter, r)
			}
			return nil
		})
		if err != nil || told == 0 {
			t.Errorf("%s: %d rows, %v", filter, told, err)
		}
	}
}

func TestEngineEnds(t *testing.T) {
	never := func(Result) error { t.Error("something was measured"); return nil }
	if err := Engine(t.Context(), "nosuch", time.Second, never); err != nil {
		t.Error(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := Engine(ctx, "", time.Second, never); !errors.Is(err, context.Canceled) {
		t.Errorf("after the end: %v", err)
	}
	full, told := errors.New("full"), 0
	if err := Engine(t.Context(), "peak", time.Microsecond, func(Result) error { told++; return full }); !errors.Is(err, full) || told != 1 {
		t.Errorf("%d rows, %v", told, err)
	}
}

// What is quick is timed several at a time.
func TestQuickest(t *testing.T) {
	calls := 0
	if got := quickest(func() { calls++ }, 0); !(got > 0 && got < 1e-3) || calls < 100 {
		t.Errorf("%v seconds, %d calls", got, calls)
	}
}

func TestKernels(t *testing.T) {
	if got := Kernels(); !strings.Contains(got, "avx") && !strings.Contains(got, "plain Go") {
		t.Errorf("got %q", got)
	}
}

// Measuring must not change what is measured: nothing a row does allocates.
func TestRowsAllocateNothing(t *testing.T) {
	for _, r := range rows() {
		if !strings.HasPrefix(r.name, "minigrid") && !strings.HasPrefix(r.name, "lstm") && !strings.HasPrefix(r.name, "block") {
			continue
		}
		s := r.build(nil)
		s.run()
		if n := testing.AllocsPerRun(3, s.run); n != 0 {
			t.Errorf("%s: %v allocations", r.name, n)
		}
	}
}
