using System.Globalization;
using Compression.Core.Reporting;
using Compression.Mpi.Launching;
using Compression.Mpi.Ranks;

// launch N CHECK [ARGUMENTS]: starts N ranks of this program by MpiLauncher. Otherwise this process is a rank: CHECK [ARGUMENTS].
try
{
    return args[0] == "launch"
        ? MpiLauncher.Run(
            new MpiLaunchOptions { Ranks = int.Parse(args[1], CultureInfo.InvariantCulture) },
            Environment.ProcessPath!,
            args[2..])
        : RankChecks.Run(args[0], args[1..]);
}
catch (UserErrorException error)
{
    Console.Error.WriteLine(MpiLauncher.ErrorPrefix + error.Message);
    return (int)error.Code;
}
