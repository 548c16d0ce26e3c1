using System.Globalization;
using Compression.Core.Reporting;
using Compression.Tracking.Files;

namespace Compression.Tracking.Tests;

public sealed class CsvRunLoggerTests : IDisposable
{
    private const string MetricsHeader =
        "step,epoch,tokens,train_loss,learning_rate,words_per_second,grad_norm,residual_norm,wire_bytes_total,seconds_total," +
        "forward_backward_seconds,compress_seconds,communicate_seconds," +
        "decompress_seconds,update_seconds,evaluate_seconds,checkpoint_seconds,hidden_seconds,copy_seconds";

    private const string EvaluationsHeader = "step,epoch,tokens,split,loss,perplexity,wire_bytes_total,seconds_total";

    private readonly TemporaryFolder _folder = new();
    private readonly RunDirectory _run;

    public CsvRunLoggerTests() => _run = _folder.NewRun();

    public void Dispose() => _folder.Dispose();

    private string[] Rows(string file) => File.ReadAllText(_run.PathOf(file)).Split('\n');

    private void Log(long? resumeStep, params long[] steps)
    {
        using var logger = new CsvRunLogger(_run, resumeStep);
        foreach (var step in steps)
        {
            logger.LogMetrics(Samples.Metrics(step));
            logger.LogEvaluation(Samples.Evaluation(step));
        }
    }

    private long[] Steps(string file) =>
        Rows(file)[1..^1].Select(row => long.Parse(row.Split(',')[0], CultureInfo.InvariantCulture)).ToArray();

    [Fact]
    public void The_columns_are_the_documented_ones()
    {
        Log(null, 200);
        Assert.Equal(
            [
                MetricsHeader,
                "200,0.5,280000,6.209,20,12345.4,0.75,1.5,57280000,31.25,6.2,0.3,0.9,0.1,2.5,0,0,0.4,0",
                "",
            ],
            Rows(RunFiles.Metrics));
        Assert.Equal(
            [EvaluationsHeader, $"200,1,280000,valid,4.812,{Math.Exp(4.812).ToString("R", CultureInfo.InvariantCulture)},57280000,192.4", ""],
            Rows(RunFiles.Evaluations));
    }

    [Fact]
    public void Every_double_reads_back_to_the_same_bits()
    {
        var random = new Random(7);
        double[] values =
        [
            0, -0.0, double.Epsilon, double.MaxValue, double.MinValue, 1.0 / 3, 0.1 + 0.2, 1e-300, 123456789.123456789, 1e16, 1e22,
            double.NaN, double.PositiveInfinity, double.NegativeInfinity,
            .. Enumerable.Range(0, 1000).Select(_ => BitConverter.Int64BitsToDouble(random.NextInt64())),
        ];
        using (var logger = new CsvRunLogger(_run))
        {
            foreach (var value in values)
            {
                logger.LogMetrics(Samples.Metrics(1, value));
            }
        }

        var read = Rows(RunFiles.Metrics)[1..^1].Select(row => double.Parse(row.Split(',')[3], CultureInfo.InvariantCulture));
        Assert.Equal(
            values.Select(value => double.IsNaN(value) ? double.NaN : value).Select(BitConverter.DoubleToInt64Bits),
            read.Select(BitConverter.DoubleToInt64Bits));
    }

    [Fact]
    public void A_row_is_in_the_file_before_the_next_call()
    {
        using var logger = new CsvRunLogger(_run);
        for (var step = 1; step <= 3; step++)
        {
            logger.LogMetrics(Samples.Metrics(step));
            Assert.Equal(step, Steps(RunFiles.Metrics).Length);
        }
    }

    [Fact]
    public void Resuming_drops_later_rows_and_goes_on()
    {
        Log(null, 100, 200, 300, 400);
        Log(200, 300, 400, 500);
        Assert.Equal([100, 200, 300, 400, 500], Steps(RunFiles.Metrics));
        Assert.Equal([100, 200, 300, 400, 500], Steps(RunFiles.Evaluations));
    }

    [Fact]
    public void A_run_killed_at_any_byte_resumes_to_the_rows_of_one_never_killed()
    {
        Log(null, 1, 2, 3);
        var whole = File.ReadAllBytes(_run.PathOf(RunFiles.Metrics));
        for (var length = 0; length <= whole.Length; length++)
        {
            File.WriteAllBytes(_run.PathOf(RunFiles.Metrics), whole[..length]);
            // The checkpoint to resume from is of the last step whose row is complete.
            var survivors = whole[..length].Count(b => b == '\n') - 1;
            var step = Math.Max(0, survivors);
            Log(step, Enumerable.Range(step + 1, 3 - step).Select(next => (long)next).ToArray());
            Assert.Equal(whole, File.ReadAllBytes(_run.PathOf(RunFiles.Metrics)));
        }
    }

    [Fact]
    public void Resuming_where_the_files_are_missing_starts_them()
    {
        Log(200, 300);
        Assert.Equal([300], Steps(RunFiles.Metrics));
        Assert.Equal(MetricsHeader, Rows(RunFiles.Metrics)[0]);
    }

    [Fact]
    public void Resuming_a_table_of_before_a_part_of_the_time_was_measured_gives_it_that_column()
    {
        Log(null, 100, 200, 300);
        string whole = File.ReadAllText(_run.PathOf(RunFiles.Metrics));
        File.WriteAllText(_run.PathOf(RunFiles.Metrics), Without(whole, "copy_seconds"));
        Log(200, 300);
        Assert.Equal(whole, File.ReadAllText(_run.PathOf(RunFiles.Metrics)));

        // Wherever it stands.
        File.WriteAllText(_run.PathOf(RunFiles.Metrics), Without(whole, "hidden_seconds"));
        Log(200, 300);
        Assert.Equal("200,0.5,280000,6.209,20,12345.4,0.75,1.5,57280000,31.25,6.2,0.3,0.9,0.1,2.5,0,0,0,0", Rows(RunFiles.Metrics)[2]);
        Assert.Equal("300,0.5,420000,6.209,20,12345.4,0.75,1.5,85920000,31.25,6.2,0.3,0.9,0.1,2.5,0,0,0.4,0", Rows(RunFiles.Metrics)[3]);
    }

    [Fact]
    public void A_table_that_lacks_another_column_is_of_another_kind()
    {
        Log(null, 100);
        string cut = Without(File.ReadAllText(_run.PathOf(RunFiles.Metrics)), "grad_norm");
        File.WriteAllText(_run.PathOf(RunFiles.Metrics), cut);
        Assert.Contains("other columns", Assert.Throws<UserErrorException>(() => new CsvRunLogger(_run, 100)).Message, StringComparison.Ordinal);
        Assert.Equal(cut, File.ReadAllText(_run.PathOf(RunFiles.Metrics)));
    }

    private static string Without(string table, string column)
    {
        string[][] rows = [.. table.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(row => row.Split(','))];
        int index = Array.IndexOf(rows[0], column);
        return string.Concat(rows.Select(row => string.Join(',', row.Where((_, i) => i != index)) + "\n"));
    }

    [Fact]
    public void Resuming_a_table_with_other_columns_is_refused_and_leaves_it()
    {
        File.WriteAllText(_run.PathOf(RunFiles.Metrics), "step,loss\n1,2\n");
        var error = Assert.Throws<UserErrorException>(() => new CsvRunLogger(_run, 1));
        Assert.Equal(ExitCode.Usage, error.Code);
        Assert.Equal("step,loss\n1,2\n", File.ReadAllText(_run.PathOf(RunFiles.Metrics)));
    }
}
