// Package systest holds the tests that go test leaves out: killed processes, full disks, displays, terminals, browsers.
//
// make test-system runs them. Without AUXRL_SYSTEM=1 in the environment, the package's tests do nothing and say so.
// A test that needs a child process adds a role to main_test.go; one that needs a program adds its package to test.sh.
package systest
