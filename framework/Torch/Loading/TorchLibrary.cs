using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Compression.Core.Reporting;

namespace Compression.Torch.Loading;

/// <summary>
/// Loads libtorch and TorchSharp's library from where they lie. TorchSharp, which looks beside itself and in the system's folders,
/// then finds them by name among what is loaded already.
/// </summary>
public static class TorchLibrary
{
    private const string TorchSharp = "TorchSharp";

    private static readonly Lazy<LoadedTorch> s_loaded = new(LoadOnce);

    /// <summary>Loads both, on the first call.</summary>
    /// <returns>What was loaded.</returns>
    /// <exception cref="UserErrorException"><see cref="ExitCode.Environment"/>: something is missing; the message names it.</exception>
    public static LoadedTorch Load() => s_loaded.Value;

    // Loading takes a third of a second, and commands that compute nothing never see TorchSharp: its assembly is the sign.
    [ModuleInitializer]
    [SuppressMessage("Usage", "CA2255:The 'ModuleInitializer' attribute should not be used in libraries", Justification = "There is no later moment that comes before every use.")]
    internal static void LoadWithTorchSharp()
    {
        AppDomain.CurrentDomain.AssemblyLoad += (_, loaded) => LoadFor(loaded.LoadedAssembly.GetName().Name);
        foreach (var assembly in AppDomain.CurrentDomain.GetAssemblies())
        {
            LoadFor(assembly.GetName().Name);
        }
    }

    /// <summary>The one line for a failure of the system's loader: the library or version that is missing, else its first words.</summary>
    internal static string Cause(string message)
    {
        string[] lines = message.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        string? missing = Array.Find(lines, line => line.Contains(": cannot open shared object file", StringComparison.Ordinal))
            ?? Array.Find(lines, line => line.Contains(": version `", StringComparison.Ordinal))
            ?? Array.Find(lines, line => line.StartsWith('/'));
        return $"libtorch cannot be loaded: {(missing ?? lines.FirstOrDefault() ?? "unknown cause").TrimEnd('.')}.";
    }

    // A failure is told by the next call of Load, which everything that computes begins with.
    private static void LoadFor(string? assembly)
    {
        if (assembly == TorchSharp)
        {
            try
            {
                Load();
            }
            catch (UserErrorException)
            {
                return;
            }
        }
    }

    private static LoadedTorch LoadOnce()
    {
        var found = TorchFolder.Find(
            Environment.GetEnvironmentVariable(TorchFolder.Variable), AppContext.BaseDirectory, PyTorchFolder.FindAll(Environment.GetEnvironmentVariable));
        string cache = Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify);
        string binding = BindingCopy.For(found.Binding, SystemLibrary.PathOf, found.PlacesForCopy(cache));
        OpenMpThreads.LetIdleOnesSleep();
        try
        {
            // First libtorch, whose parts find each other; the binding, or its copy elsewhere, then refers to them by name.
            string version = LibtorchVersion.Of(NativeLibrary.Load(Path.Combine(found.Folder, TorchFolder.LibtorchName)));
            if (!LibtorchVersion.Fits(version))
            {
                throw found.OtherVersion(version);
            }

            NativeLibrary.Load(binding);
        }
        catch (Exception failure) when (failure is DllNotFoundException or BadImageFormatException)
        {
            throw new UserErrorException(ExitCode.Environment, Cause(failure.Message), failure);
        }

        return new LoadedTorch(found.Folder, found.Origin, binding, IsCopy: binding != found.Binding);
    }
}
