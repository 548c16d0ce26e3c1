using System.Globalization;

namespace Compression.Experiments.Sweeps;

/// <summary>The part of the machine that one trial at a time may use.</summary>
/// <param name="Threads">Its threads.</param>
/// <param name="Cores">The cores that it is bound to, as in <c>0,1</c>; null where it is not bound.</param>
internal sealed record CoreShare(int Threads, string? Cores)
{
    private const string StatusFile = "/proc/self/status";
    private const string AllowedLine = "Cpus_allowed_list:";

    /// <summary>Deals this process's cores out.</summary>
    /// <param name="jobs">Trials at a time.</param>
    public static IReadOnlyList<CoreShare> Deal(int jobs) => Deal(jobs, Environment.ProcessorCount, AllowedCores());

    /// <summary>
    /// Deals cores out in equal parts, since results depend on the number of threads: which part a trial gets must not matter. What is
    /// left over stays idle.
    /// </summary>
    /// <param name="jobs">Parts.</param>
    /// <param name="usable">Cores' worth of time that this process has.</param>
    /// <param name="allowed">Cores on which it may run.</param>
    internal static IReadOnlyList<CoreShare> Deal(int jobs, int usable, IReadOnlyList<int> allowed)
    {
        int threads = Math.Max(1, usable / jobs);
        // With a quota below the number of cores, binding would tie the quota to the wrong ones.
        bool bound = jobs > 1 && usable == allowed.Count && jobs <= usable;
        return
        [
            .. Enumerable.Range(0, jobs).Select(part => new CoreShare(
                threads,
                bound ? string.Join(',', allowed.Skip(part * threads).Take(threads).Select(core => core.ToString(CultureInfo.InvariantCulture))) : null)),
        ];
    }

    /// <summary>Reads a list of cores as the kernel writes it: <c>0-3,8</c>.</summary>
    internal static IReadOnlyList<int> ParseCores(string text) =>
    [
        .. text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(part => part.Split('-').Select(number => int.Parse(number, CultureInfo.InvariantCulture)).ToArray())
            .SelectMany(ends => Enumerable.Range(ends[0], ends[^1] - ends[0] + 1)),
    ];

    private static IReadOnlyList<int> AllowedCores() =>
        File.Exists(StatusFile) && File.ReadLines(StatusFile).FirstOrDefault(line => line.StartsWith(AllowedLine, StringComparison.Ordinal)) is { } line
            ? ParseCores(line[AllowedLine.Length..])
            : [];
}
