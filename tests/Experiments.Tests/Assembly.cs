// What trains in this process does so one after another: it starts threads, and libtorch has settings for the whole process.
[assembly: CollectionBehavior(CollectionBehavior.CollectionPerAssembly, MaxParallelThreads = 2)]
