using Compression.Tracking.Files;
using Compression.Tracking.Wandb.Api;

namespace Compression.Tracking.Wandb.Upload;

/// <summary>Uploads the files of a run.</summary>
internal sealed class FileUploads(WandbApi api, RunAddress run, string folder, Action<string> warn)
{
    /// <summary>Uploads files; one that fails is told, and keeps the others from nothing.</summary>
    /// <param name="names">Relative to the folder, with slashes.</param>
    /// <param name="cancel">Gives up.</param>
    /// <returns>The names that the server has now, and whether these are all.</returns>
    public async Task<(IReadOnlyList<string> Uploaded, bool IsWhole)> SendAsync(IReadOnlyList<string> names, CancellationToken cancel)
    {
        string[] here = [.. names.Distinct().Where(IsInside)];
        if (here.Length == 0)
        {
            return ([], true);
        }

        var uploaded = new List<string>();
        try
        {
            var targets = await api.CreateRunFilesAsync(run, here, cancel).ConfigureAwait(false);
            foreach (string name in here)
            {
                string? address = targets.Files!.FirstOrDefault(file => file?.Name == name)?.UploadUrl;
                if (await UploadAsync(address, targets.UploadHeaders ?? [], name, cancel).ConfigureAwait(false))
                {
                    uploaded.Add(name);
                }
            }
        }
        catch (WandbException failure)
        {
            warn($"Weights & Biases: the run's files were not uploaded: {failure.Message}");
        }

        return (uploaded, uploaded.Count == here.Length);
    }

    // A log from elsewhere must not name a file that is not the run's.
    private bool IsInside(string name)
    {
        string root = Path.GetFullPath(folder) + Path.DirectorySeparatorChar;
        string path = Path.GetFullPath(Path.Combine(root, name));
        return path.StartsWith(root, StringComparison.Ordinal) && File.Exists(path);
    }

    private async Task<bool> UploadAsync(string? target, IReadOnlyList<string?> headers, string name, CancellationToken cancel)
    {
        try
        {
            await api.UploadAsync(target, headers, Path.Combine(folder, name), cancel).ConfigureAwait(false);
            return true;
        }
        catch (Exception failure) when (failure is WandbException || WriteFailure.IsCauseOf(failure))
        {
            warn($"Weights & Biases: {name} was not uploaded: {WriteFailure.OneLine(failure.Message)}");
            return false;
        }
    }
}
