// libtorch's random generator and thread count belong to the process: one test at a time.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
