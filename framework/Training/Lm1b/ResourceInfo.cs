using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;
using Compression.Core.Communication;
using Compression.Core.Reporting;

namespace Compression.Training.Lm1b;

/// <summary>
/// The machines of a job: a file with a line <c>host</c> or <c>host:gpu,gpu...</c> for each, blank lines and <c>#</c> comments between. A machine runs a
/// worker for each of its GPUs, or one where it names none; the first is the master, which rank 0 runs on.
/// </summary>
/// <param name="Hosts">In the order of the file, at least one.</param>
public sealed partial record ResourceInfo(ImmutableArray<ResourceHost> Hosts)
{
    /// <summary>The machine of rank 0.</summary>
    public ResourceHost Master => Hosts[0];

    /// <summary>Workers of all machines.</summary>
    public int Workers => Hosts.Sum(host => host.Workers);

    /// <summary>Reads a file.</summary>
    /// <param name="path">Where it is.</param>
    /// <param name="shownAs">How messages name it, for example <c>--resource_info_file hosts</c>.</param>
    /// <exception cref="UserErrorException"><see cref="ExitCode.Usage"/>: it cannot be read; a line is malformed (it is named by its number); a host stands twice; it names none.</exception>
    public static ResourceInfo Read(string path, string shownAs)
    {
        try
        {
            return Parse(File.ReadAllText(path), shownAs);
        }
        catch (Exception cause) when (cause is IOException or UnauthorizedAccessException)
        {
            throw new UserErrorException(ExitCode.Usage, $"{shownAs}: cannot be read; name a file with a line host[:gpu,gpu...] for each machine.", cause);
        }
    }

    /// <summary>Reads the text of a file.</summary>
    /// <param name="text">All lines.</param>
    /// <param name="shownAs">How messages name the file.</param>
    /// <exception cref="UserErrorException">As in <see cref="Read"/>.</exception>
    public static ResourceInfo Parse(string text, string shownAs)
    {
        var hosts = ImmutableArray.CreateBuilder<ResourceHost>();
        foreach (var (index, line) in text.Split('\n').Index())
        {
            string content = line.Split('#')[0].Trim();
            if (content.Length == 0)
            {
                continue;
            }

            var host = ParseHost(content, $"{shownAs}, line {(index + 1).ToString(CultureInfo.InvariantCulture)}");
            if (hosts.Any(other => string.Equals(other.Name, host.Name, StringComparison.OrdinalIgnoreCase)))
            {
                throw Wrong($"{shownAs}, line {index + 1}: {host.Name} stands there already; give all GPUs of a host in one line.");
            }

            hosts.Add(host);
        }

        return hosts.Count > 0 ? new ResourceInfo(hosts.ToImmutable()) : throw Wrong($"{shownAs}: it names no host; write a line host[:gpu,gpu...] for each machine.");
    }

    private static ResourceHost ParseHost(string content, string place)
    {
        if (!HostName.TryRead(content, out string? name, out string? numbers) || (numbers is not null && !GpuNumbers().IsMatch(numbers)))
        {
            throw Wrong($"{place}: '{content}' is no host; write host, or host:gpu,gpu... with the GPUs' numbers.");
        }

        var gpus = ImmutableArray.CreateBuilder<int>();
        foreach (string number in (numbers ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            int gpu = int.Parse(number, NumberStyles.None, CultureInfo.InvariantCulture);
            if (gpus.Contains(gpu))
            {
                throw Wrong($"{place}: GPU {gpu} stands twice; name each once.");
            }

            gpus.Add(gpu);
        }

        return new ResourceHost(name, gpus.ToImmutable(), place);
    }

    private static UserErrorException Wrong(FormattableString message) => new(ExitCode.Usage, message.ToString(CultureInfo.InvariantCulture));

    [GeneratedRegex(@"^[0-9]{1,4}(\s*,\s*[0-9]{1,4})*\z", RegexOptions.ExplicitCapture)]
    private static partial Regex GpuNumbers();
}

/// <summary>A machine of a job.</summary>
/// <param name="Name">Name, or address without brackets.</param>
/// <param name="Gpus">Numbers of the GPUs that the job may use, in the order of the file; empty where none is named.</param>
/// <param name="Place">Where it was written, as messages name it.</param>
public sealed record ResourceHost(string Name, ImmutableArray<int> Gpus, string Place)
{
    /// <summary>Workers that it runs: one for each GPU, at least one.</summary>
    public int Workers => Math.Max(1, Gpus.Length);
}
