using System.Diagnostics;
using System.Globalization;
using Compression.Tracking.Wandb.Log;

namespace Compression.Tracking.Wandb;

/// <summary>The state of the machine and of this process, under the names of Weights &amp; Biases; what the system does not tell is left out.</summary>
internal sealed class SystemMetrics
{
    private const double Megabyte = 1 << 20;
    private (long Busy, long All)? _processor;

    /// <summary>A sample. Percentages of the processor cover the time since the last one.</summary>
    public IReadOnlyList<Item> Sample()
    {
        var figures = new List<Item>();
        void Add(string name, double value) => figures.Add(Item.Of(name, HistoryLine.Json(value)));
        using var process = Process.GetCurrentProcess();
        Add("proc.memory.rssMB", process.WorkingSet64 / Megabyte);
        Add("proc.cpu.threads", process.Threads.Count);
        if (Processor() is { } now)
        {
            if (_processor is { } before && now.All > before.All)
            {
                Add("cpu", 100.0 * (now.Busy - before.Busy) / (now.All - before.All));
            }

            _processor = now;
        }

        if (Memory("MemTotal") is { } total and > 0 && Memory("MemAvailable") is { } available)
        {
            Add("memory_percent", 100 * (1 - (available / total)));
            Add("proc.memory.availableMB", available / Megabyte);
        }

        return figures;
    }

    // The first line of /proc/stat: user, nice, system, idle, iowait, ... in ticks since the start of the machine.
    private static (long Busy, long All)? Processor()
    {
        const string Path = "/proc/stat";
        if (!File.Exists(Path) || File.ReadLines(Path).FirstOrDefault() is not { } line)
        {
            return null;
        }

        long[] ticks = [.. line.Split(' ', StringSplitOptions.RemoveEmptyEntries).Skip(1).Select(Number)];
        return ticks.Length > 4 ? (ticks.Sum() - ticks[3] - ticks[4], ticks.Sum()) : null;
    }

    private static double? Memory(string name)
    {
        const string Path = "/proc/meminfo";
        string? line = File.Exists(Path) ? File.ReadLines(Path).FirstOrDefault(l => l.StartsWith(name + ":", StringComparison.Ordinal)) : null;
        return line is null ? null : 1024.0 * Number(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]);
    }

    private static long Number(string text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long number) ? number : 0;
}
