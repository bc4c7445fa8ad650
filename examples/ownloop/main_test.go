package main

func Example() {
	main()
	// Output:
	// step   0: loss 1.1, better than the commonest class by -0.9
	// step 100: loss 0.2, better than the commonest class by 0.1
	// step 200: loss 0.1, better than the commonest class by 0.1
	// step 300: loss 0.1, better than the commonest class by 0.1
}
