using System.Globalization;
using Compression.Core.Reporting;
using Compression.Mpi.Launching;
using Compression.Mpi.Ranks;

// launch N CHECK [ARGUMENTS]: starts N ranks of this program by MpiLauncher; await N CHECK [ARGUMENTS]: likewise, and listens to what they tell. Otherwise this process is a rank: CHECK [ARGUMENTS].
try
{
    return args[0] is "launch" or "await"
        ? MpiLauncher.Run(
            new MpiLaunchOptions { Ranks = int.Parse(args[1], CultureInfo.InvariantCulture), JoinWithin = args[0] == "await" ? TimeSpan.FromMinutes(5) : null },
            Environment.ProcessPath!,
            args[2..])
        : RankChecks.Run(args[0], args[1..]);
}
catch (UserErrorException error)
{
    Console.Error.WriteLine(MpiLauncher.ErrorPrefix + error.Message);
    return (int)error.Code;
}
