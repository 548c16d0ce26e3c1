using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Compression.Core.Communication;
using Compression.Core.Reporting;

namespace Compression.Mpi.Launching;

/// <summary>A host of a job.</summary>
/// <param name="Name">Name, or address without brackets.</param>
/// <param name="Slots">Ranks that it takes before the next host gets one, at least 1.</param>
/// <param name="Place">Where the user wrote it, as messages name it.</param>
public sealed record JobHost(string Name, int Slots, string Place);

/// <summary>
/// The hosts of a job, in the order in which they get ranks. A file has one a line: <c>host</c>, <c>host:2</c> (as MPICH writes it) or
/// <c>host slots=2</c> (as Open MPI does), with <c>#</c> comments and blank lines between; a host that stands there again adds its slots.
/// </summary>
/// <param name="Hosts">At least one, each once.</param>
public sealed partial record HostList(ImmutableArray<JobHost> Hosts)
{
    private const string Cure = "write one host a line: host, host:2 or host slots=2";

    // A list of hosts is no larger; what never ends is none.
    private const int LongestText = 1 << 20;

    /// <summary>Hosts and slots as launchers read them on their command line: <c>-hosts</c> of MPICH, <c>--host</c> of Open MPI.</summary>
    public string Argument => string.Join(',', Hosts.Select(host => FormattableString.Invariant($"{host.Name}:{host.Slots}")));

    /// <summary>Reads a file.</summary>
    /// <param name="path">Where it is.</param>
    /// <param name="shownAs">How messages name it, for example <c>--hostfile hosts</c>.</param>
    /// <exception cref="UserErrorException"><see cref="ExitCode.Usage"/>: it cannot be read; a line is no host (it is named by its number); it names none.</exception>
    public static HostList Read(string path, string shownAs)
    {
        try
        {
            using StreamReader reader = new(path, Encoding.UTF8);
            char[] text = new char[LongestText];
            int length = reader.ReadBlock(text);
            return length < LongestText ? Parse(new string(text, 0, length), shownAs) : throw Wrong($"{shownAs}: longer than any list of hosts; {Cure}.");
        }
        catch (Exception cause) when (cause is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new UserErrorException(ExitCode.Usage, $"{shownAs}: no such file; name one with a host a line.", cause);
        }
        catch (Exception cause) when (cause is IOException or UnauthorizedAccessException)
        {
            throw new UserErrorException(ExitCode.Usage, $"{shownAs}: it cannot be read; name a file with a host a line.", cause);
        }
    }

    /// <summary>Reads the text of a file.</summary>
    /// <param name="text">All lines.</param>
    /// <param name="shownAs">How messages name the file.</param>
    /// <exception cref="UserErrorException">As in <see cref="Read"/>.</exception>
    public static HostList Parse(string text, string shownAs)
    {
        ArgumentNullException.ThrowIfNull(text);
        List<JobHost> hosts = [];
        foreach (var (index, line) in text.Split(["\r\n", "\n", "\r"], StringSplitOptions.None).Index())
        {
            string content = line.Split('#')[0].Trim();
            if (content.Length > 0)
            {
                hosts.Add(ParseHost(content, FormattableString.Invariant($"{shownAs}, line {index + 1}")));
            }
        }

        return hosts.Count > 0 ? Of(hosts) : throw Wrong($"{shownAs}: it names no host; {Cure}.");
    }

    /// <summary>Makes a list of hosts; one that comes again adds its slots to the first.</summary>
    public static HostList Of(IEnumerable<JobHost> hosts) => new(
    [
        .. hosts.GroupBy(host => host.Name, StringComparer.OrdinalIgnoreCase)
            .Select(same => same.First() with { Slots = (int)Math.Min(int.MaxValue, same.Sum(host => (long)host.Slots)) }),
    ]);

    /// <summary>The host of each rank: every host takes as many as it has slots, and after the last the first begins again.</summary>
    /// <param name="ranks">How many ranks.</param>
    internal IReadOnlyList<JobHost> Placement(int ranks)
    {
        List<JobHost> placed = new(ranks);
        while (placed.Count < ranks)
        {
            foreach (JobHost host in Hosts)
            {
                placed.AddRange(Enumerable.Repeat(host, Math.Min(host.Slots, ranks - placed.Count)));
            }
        }

        return placed;
    }

    private static JobHost ParseHost(string content, string place)
    {
        Match slots = Slots().Match(content);
        if (!HostName.TryRead(slots.Success ? content[..slots.Index] : content, out string? host, out string? number) || (slots.Success && number is not null))
        {
            throw Wrong($"{place}: '{Shown(content)}' names no host; {Cure}.");
        }

        number ??= slots.Success ? slots.Groups[1].Value : "1";
        return int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out int count) && count is >= 1 and <= ushort.MaxValue
            ? new JobHost(host, count, place)
            : throw Wrong($"{place}: '{Shown(content)}' gives {host} no number of slots from 1 to {ushort.MaxValue}; {Cure}.");
    }

    // What is no text would do odd things to a terminal.
    private static string Shown(string content) => string.Concat(content.Take(80).Select(c => char.IsControl(c) ? '\uFFFD' : c));

    private static UserErrorException Wrong(FormattableString message) => new(ExitCode.Usage, message.ToString(CultureInfo.InvariantCulture));

    [GeneratedRegex(@"\s+slots\s*=\s*(\S*)\z")]
    private static partial Regex Slots();
}
