// The number of live tensors and the default generator belong to the process.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
