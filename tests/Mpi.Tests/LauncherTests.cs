using System.Text;
using Compression.Core.Reporting;
using Compression.Mpi.Launching;

namespace Compression.Mpi.Tests;

/// <summary>The launcher's options, and how it tells the ranks' output from mpiexec's noise.</summary>
public class LauncherTests
{
    private static readonly string s_banner =
        "\n" + new string('=', 83) + "\n=   BAD TERMINATION OF ONE OF YOUR APPLICATION PROCESSES\n=   PID 5 RUNNING AT host\n=   EXIT CODE: 9\n"
        + new string('=', 83) + "\nYOUR APPLICATION TERMINATED WITH THE EXIT STRING: Segmentation fault (signal 11)\n"
        + "This typically refers to a problem with your application.\nPlease see the FAQ page for debugging suggestions\n";

    private static readonly string s_rule = new string('-', 74) + "\n";

    private static LauncherDialect Dialect(string family) => family == "mpich" ? new MpichDialect() : new OpenMpiDialect();

    /// <summary>Passes text on in pieces of every size, which must not matter.</summary>
    private static string Pass(string family, string text, out JobRemarks remarks)
    {
        string? shown = null;
        remarks = new JobRemarks();
        for (int piece = 1; piece <= Math.Min(64, text.Length); piece++)
        {
            remarks = new JobRemarks();
            using MemoryStream sink = new();
            using PiecewiseStream source = new(Encoding.UTF8.GetBytes(text), piece);
            new JobOutput(Dialect(family), remarks, sink).CopyFrom(source).GetAwaiter().GetResult();
            string now = Encoding.UTF8.GetString(sink.ToArray());
            Assert.Equal(shown ?? now, now);
            shown = now;
        }

        return shown!;
    }

    [Theory]
    [InlineData("mpich")]
    [InlineData("openmpi")]
    public void What_ranks_print_comes_through_unchanged(string family)
    {
        string text = "step 1 loss 4.2\n\n\n[12/40] 30 %\r[13/40]\r[host] words\n=====\n=========== table ===========\n---------\nperplexité 120,3\nerr\nno line feed";
        Assert.Equal(text, Pass(family, text, out JobRemarks remarks));
        Assert.Null(remarks.Death);
    }

    [Fact]
    public void The_banner_of_mpich_becomes_a_signal()
    {
        Assert.Equal("step 1\n", Pass("mpich", "step 1\n" + s_banner, out JobRemarks remarks));
        Assert.Equal(new RankDeath(null, 11), remarks.Death);
        Assert.Equal("rank died by signal 11 (SIGSEGV)", remarks.Death!.Describe(MpiLaunchOptions.Number));
    }

    [Fact]
    public void The_blocks_of_open_mpi_become_a_signal()
    {
        string text = s_rule + "Primary job  terminated normally, but 1 process returned\na non-zero exit code.\n" + s_rule
            + s_rule + "mpiexec noticed that process rank 3 with PID 0 on node host exited on signal 9 (Killed).\n" + s_rule;
        Assert.Equal("step 1\n", Pass("openmpi", "step 1\n" + text, out JobRemarks remarks));
        Assert.Equal(new RankDeath(3, 9), remarks.Death);
    }

    [Fact]
    public void A_block_of_open_mpi_about_something_else_is_shown()
    {
        string text = s_rule + "There are not enough slots available in the system\n" + s_rule;
        Assert.Equal(text, Pass("openmpi", text, out _));
    }

    [Fact]
    public void A_remark_of_open_mpis_runtime_is_kept()
    {
        string remark = "[host:31864] [[4230,0],0] ORTE_ERROR_LOG: Out of resource in file iof_hnp.c at line 7\n";
        Assert.Equal("[host:2] rank's own\n", Pass("openmpi", remark + "[host:2] rank's own\n", out JobRemarks remarks));
        Assert.Equal([remark], remarks.Kept);
    }

    [Fact]
    public void A_remark_of_open_mpis_event_library_is_kept()
    {
        string remark = "[warn] Epoll MOD(1) on fd 27 failed. Old events were 6; read change was 0 (none): Bad file descriptor\n";
        Assert.Equal("[warn] rank's own\n[warn]\n", Pass("openmpi", remark + "[warn] rank's own\n[warn]\n", out JobRemarks remarks));
        Assert.Equal([remark], remarks.Kept);
    }

    [Fact]
    public void An_error_of_mpich_itself_is_shown_and_its_remarks_are_kept()
    {
        string fatal = "Abort(1090575) on node 0 (rank 0 in comm 0): Fatal error in internal_Init: Other MPI error\n";
        string remark = "[mpiexec@host] match_arg: unrecognized argument x\n";
        Assert.Equal(fatal, Pass("mpich", fatal + remark, out JobRemarks remarks));
        Assert.Equal([remark], remarks.Kept);
    }

    [Fact]
    public void The_note_about_an_abort_is_withheld_and_equal_errors_come_once()
    {
        string text = "error: no data\nerror: no data\nerror: other\nAbort(4) on node 1 (rank 1 in comm 0): application called MPI_Abort(MPI_COMM_WORLD, 4) - process 1\n";
        Assert.Equal("error: no data\nerror: other\n", Pass("mpich", text, out _));
    }

    [Theory]
    [InlineData("mpich", "-hosts")]
    [InlineData("openmpi", "--host")]
    public void Hosts_and_ranks_are_said_in_the_familys_own_options(string family, string option)
    {
        IReadOnlyList<string> arguments = Dialect(family).Arguments(new MpiLaunchOptions { Ranks = 5, Hosts = HostList.Parse("a slots=2\nb\nc:3\n", "hosts") });
        string line = string.Join(' ', arguments);
        Assert.Contains($"{option} a:2,b:1,c:3", line, StringComparison.Ordinal);
        Assert.EndsWith("-n 5", line, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_mpi_is_told_which_variables_to_pass_to_other_hosts()
    {
        MpiLaunchOptions options = new() { Ranks = 1, Environment = new Dictionary<string, string> { ["OMP_NUM_THREADS"] = "1" } };
        Assert.Contains("-x OMP_NUM_THREADS", string.Join(' ', new OpenMpiDialect().Arguments(options)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-3)]
    public void A_job_without_ranks_is_refused(int ranks) => ExpectUsageError(new MpiLaunchOptions { Ranks = ranks }, "at least 1 rank");

    private static void ExpectUsageError(MpiLaunchOptions options, string part)
    {
        UserErrorException error = Assert.Throws<UserErrorException>(() => MpiLauncher.Run(options, "/bin/true", []));
        Assert.Equal(ExitCode.Usage, error.Code);
        Assert.Contains(part, error.Message, StringComparison.Ordinal);
    }

    /// <summary>Gives its bytes in pieces, as a pipe may.</summary>
    private sealed class PiecewiseStream(byte[] bytes, int piece) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(piece, buffer.Length)], cancellationToken);
    }
}
