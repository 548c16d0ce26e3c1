using Compression.Core.Reporting;
using Compression.Tracking.Files;
using Compression.Tracking.Wandb.Api;
using Compression.Tracking.Wandb.Log;
using Compression.Tracking.Wandb.Upload;

namespace Compression.Tracking.Wandb;

/// <summary>Uploads the logs of runs that were offline, or whose server was.</summary>
public static class WandbSync
{
    private const string Pattern = "*.wandb";
    private const int Attempts = 4;

    /// <summary>The logs that a path means: one itself, or all below a folder.</summary>
    /// <exception cref="UserErrorException"><see cref="ExitCode.Usage"/>: there are none.</exception>
    public static IReadOnlyList<string> Find(string path)
    {
        IReadOnlyList<string> logs = File.Exists(path)
            ? [path]
            : Directory.Exists(path) ? [.. Directory.EnumerateFiles(path, Pattern, SearchOption.AllDirectories).Order(StringComparer.Ordinal)] : [];
        return logs.Count > 0 ? logs : throw new UserErrorException(
            ExitCode.Usage, $"'{path}' holds no {Pattern} file; name the folder of a run that was started with --wandb offline or online.");
    }

    /// <summary>Uploads one log after the other.</summary>
    /// <param name="logs">From <see cref="Find"/>.</param>
    /// <param name="server">The server.</param>
    /// <param name="key">The user's key.</param>
    /// <param name="time">The clock.</param>
    /// <param name="output">Takes a line a log.</param>
    /// <param name="cancel">Gives up; what was confirmed stays so.</param>
    /// <exception cref="UserErrorException">The first failure, when all logs have had their turn.</exception>
    public static void Upload(
        IReadOnlyList<string> logs, Uri server, WandbKey key, TimeProvider time, TextWriter output, CancellationToken cancel)
    {
        var retry = new WandbRetry { Attempts = Attempts, Time = time, Random = Random.Shared.NextDouble };
        using var api = new WandbApi(server, key, retry, WandbSending.AttemptTimeout);
        Upload(logs, api, time, output, cancel);
    }

    internal static void Upload(IReadOnlyList<string> logs, WandbApi api, TimeProvider time, TextWriter output, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(logs);
        UserErrorException? first = null;
        foreach (string log in logs)
        {
            try
            {
                var result = Upload(log, api, time, output, cancel);
                output.WriteLine(FormattableString.Invariant(
                    $"{log}: {(result.NewRows == 0 ? "nothing new" : $"{result.NewRows} {Plural.Of(result.NewRows, "row")} uploaded")}, {result.Rows} {Plural.Of(result.Rows, "row")} there{(result.IsTorn ? "; the file's end is torn, as after a kill" : "")}"));
                if (result.Damage is { } damage)
                {
                    throw new UserErrorException(
                        ExitCode.Failure,
                        FormattableString.Invariant(
                            $"'{log}': damaged at byte {damage.At}; {damage.Records} {Plural.Of(damage.Records, "record")} of it cannot be read, {damage.Rows} of them rows of history, all others are uploaded. With an undamaged copy in its place, delete the run on the server and {UploadState.PathOf(log)}, and sync again."));
                }
            }
            catch (UserErrorException failure) when (logs.Count > 1)
            {
                output.WriteLine($"{log}: {failure.Message}");
                first ??= failure;
            }
        }

        if (first is not null)
        {
            throw first;
        }
    }

    // A run's folder holds its rows in tables too; a log that was moved elsewhere stands alone.
    private static string TablesBeside(string log)
    {
        for (var folder = Directory.GetParent(Path.GetFullPath(log)); folder is not null; folder = folder.Parent)
        {
            string table = Path.Combine(folder.FullName, RunFiles.Metrics);
            if (File.Exists(table))
            {
                return $" The run's rows are also in {table} and {RunFiles.Evaluations} beside it.";
            }
        }

        return "";
    }

    private static UploadResult Upload(string log, WandbApi api, TimeProvider time, TextWriter output, CancellationToken cancel)
    {
        using var alone = RunLog.Exclusive(log);
        try
        {
            using var uploader = new RunUploader(log, api, time, new UploadPace(), output.WriteLine);
            return uploader.SyncAsync(cancel).GetAwaiter().GetResult();
        }
        catch (WandbException failure)
        {
            throw WandbFailure.Explain(failure, "and sync again: nothing is uploaded twice");
        }
        catch (InvalidDataException damage)
        {
            throw new UserErrorException(ExitCode.Failure, $"'{log}': {damage.Message}.{TablesBeside(log)}", damage);
        }
        catch (Exception failure) when (WriteFailure.IsCauseOf(failure))
        {
            throw WriteFailure.Explain(failure);
        }
    }
}
