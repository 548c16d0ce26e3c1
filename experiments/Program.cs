using Compression.Experiments.Cli;

return CommandLine.Run(args);
