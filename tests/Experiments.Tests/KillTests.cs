using System.Diagnostics;
using System.Globalization;
using Xunit.Abstractions;

namespace Compression.Experiments.Tests;

/// <summary>
/// Jobs of two ranks of which a process is killed at a random moment, each followed at once by a resume: the result is that of a run that
/// nothing disturbed, and nothing is left behind. <c>COMPRESSION_KILLS</c> says how many, <c>COMPRESSION_KILLS_SEED</c> when. Only those that come
/// while the run is under way are counted: before it has its config.json there is nothing to resume, and <c>--resume auto</c> begins.
/// </summary>
[Collection(Processes.Name)]
public sealed class KillTests(ITestOutputHelper output)
{
    private const string Resume = "--resume latest --out run";
    private const string Whole = "--data corpus --compressor topk --max_steps 1200 --checkpoint_every 100 --num_workers 2 --quiet true --out run " + Sandbox.TinyModel;

    private const string NothingThere = "before it wrote anything", AfterItsEnd = "after its end";

    private static readonly string[] s_victims = ["launcher", "mpiexec", "proxy", "rank 0", "rank 1"];

    [Fact]
    public void Whatever_is_killed_a_resume_gives_the_same_result_and_nothing_is_left()
    {
        int kills = Number("COMPRESSION_KILLS", s_victims.Length), seed = Number("COMPRESSION_KILLS_SEED", Environment.TickCount);
        var random = new Random(seed);
        output.WriteLine($"seed {seed}");
        string[] segments = Segments();
        var watch = Stopwatch.StartNew();
        string expected = Undisturbed();
        var length = watch.Elapsed;
        Dictionary<string, int> ends = [];
        for (int kill = 0; kill < kills;)
        {
            string victim = s_victims[kill % s_victims.Length];
            // Rarer in the first part of a run, which is the start, and none in the last, which is the way out.
            var moment = 0.75 * length * Math.Sqrt(random.NextDouble());
            string end = KillAndResume(victim, moment, expected);
            string told = string.Create(CultureInfo.InvariantCulture, $"{victim} killed {end}");
            ends[told] = ends.GetValueOrDefault(told) + 1;
            kill += end is NothingThere or AfterItsEnd ? 0 : 1;
            // The machine may be busier or calmer than it was.
            length *= end switch { NothingThere => 1.1, AfterItsEnd => 0.9, _ => 1 };
        }

        foreach (var (end, count) in ends.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            output.WriteLine($"{count} times: {end}");
        }

        // A segment is left where the kill came while MPI started; the end of a later job removes it.
        if (Segments().Except(segments).Any())
        {
            Undisturbed();
        }

        // Other jobs that run meanwhile have theirs for a moment.
        Patience.Until(() => !Segments().Except(segments).Any(), "Segments of shared memory are left.");
    }

    private static string Undisturbed()
    {
        using var sandbox = new Sandbox();
        sandbox.WriteCorpus();
        var outcome = Run(sandbox, Whole);
        Assert.True(outcome.Code == 0, outcome.Errors);
        return Hash(sandbox);
    }

    // How far the run was when it was killed.
    private static string KillAndResume(string victim, TimeSpan moment, string expected)
    {
        using var sandbox = new Sandbox();
        sandbox.WriteCorpus();
        using var job = Start(sandbox, Whole);
        Thread.Sleep(moment);
        int? found = null;
        Patience.Until(() => (found = Find(victim, job, sandbox)) is not null || job.HasExited, "The job does not start.");
        string end = File.Exists(sandbox.At("run", "summary.json")) ? AfterItsEnd
            : Directory.Exists(sandbox.At("run", "checkpoints")) ? "between checkpoints"
            : File.Exists(sandbox.At("run", "config.json")) ? "before its first checkpoint"
            : NothingThere;
        if (found is { } process)
        {
            Apphost.Signal(process, "KILL");
        }

        // At once: what was killed may still be ending.
        var resumed = Run(sandbox, Resume);
        if (resumed.Code == 5 && end == NothingThere)
        {
            resumed = Run(sandbox, $"{Whole} --resume auto");
        }

        Assert.True(resumed.Code == 0, $"{victim} killed {end} ({moment}): {resumed.Code} {resumed.Errors}");
        Assert.Equal(expected, Hash(sandbox));
        Patience.Until(() => !ProcessesIn(sandbox).Any(), $"{victim} killed {end}: processes outlive the job.");
        Assert.Empty(Directory.GetFileSystemEntries(sandbox.At("tmp")));
        Assert.Empty(Directory.GetFileSystemEntries(sandbox.At("run"), ".*", SearchOption.AllDirectories));
        Assert.Empty(Directory.GetFiles(sandbox.At("run"), "*.tmp", SearchOption.AllDirectories));
        return end;
    }

    private static Process Start(Sandbox sandbox, string command) =>
        Apphost.Start(sandbox, command, ("TMPDIR", Directory.CreateDirectory(sandbox.At("tmp")).FullName));

    private static Outcome Run(Sandbox sandbox, string command) =>
        Apphost.Run(sandbox, command, ("TMPDIR", Directory.CreateDirectory(sandbox.At("tmp")).FullName));

    private static int? Find(string victim, Process launcher, Sandbox sandbox)
    {
        string name = victim.StartsWith("rank", StringComparison.Ordinal) ? victim.Replace("rank ", "Compression.Experiments PMI_RANK=", StringComparison.Ordinal) : victim;
        return victim == "launcher"
            ? launcher.Id
            : ProcessesIn(sandbox).Where(process => process.Name.Contains(name, StringComparison.Ordinal)).Select(process => (int?)process.Number).FirstOrDefault();
    }

    // Program, and rank, of all processes that work in the sandbox; those that have ended and wait to be noticed are none.
    private static IEnumerable<(int Number, string Name)> ProcessesIn(Sandbox sandbox)
    {
        foreach (string folder in Directory.GetDirectories("/proc"))
        {
            string? name = null;
            try
            {
                if (int.TryParse(Path.GetFileName(folder), out _) && File.ResolveLinkTarget($"{folder}/cwd", returnFinalTarget: false)?.FullName == sandbox.Folder
                    && !File.ReadLines($"{folder}/status").Any(line => line.StartsWith("State:\tZ", StringComparison.Ordinal)))
                {
                    string rank = File.ReadAllText($"{folder}/environ").Split('\0').FirstOrDefault(variable => variable.StartsWith("PMI_RANK=", StringComparison.Ordinal), "");
                    name = $"{File.ReadAllText($"{folder}/cmdline").Split('\0')[0]} {rank}";
                }
            }
            catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
            {
            }

            if (name is not null)
            {
                yield return (int.Parse(Path.GetFileName(folder), CultureInfo.InvariantCulture), name);
            }
        }
    }

    private static string[] Segments() => Directory.Exists("/dev/shm") ? Directory.GetFiles("/dev/shm", "mpich_shar_*") : [];

    private static string Hash(Sandbox sandbox) => TrainingRunTests.Summary(sandbox, "run").GetProperty("final_parameters_sha256").GetString()!;

    private static int Number(string variable, int usual) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : usual;
}
