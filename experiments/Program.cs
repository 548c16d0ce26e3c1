using Compression.Experiments;
using Compression.Experiments.Cli;
using Compression.Mpi.Launching;

OpenFileLimit.RequireForProcess();
ParentWatch.EndInOrder();
return CommandLine.Run(args, VerbList.All());
