// Runs start threads and measure time; one after another they do not disturb each other.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
