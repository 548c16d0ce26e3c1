using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;

namespace Compression.Torch.Loading;

/// <summary>Which version of libtorch lies in a folder, or was loaded. TorchSharp's library fits the one that it was built for, and no other.</summary>
internal static partial class LibtorchVersion
{
    // In libtorch's archives, beside the folder of libraries or among them.
    private const string ArchiveFile = "build-version";

    // In an installed PyTorch, beside the folder of libraries.
    private const string PythonFile = "version.py";

    // Since 2.9: gives the version, a byte for each number from the highest.
    private const string Function = "aoti_torch_abi_version";

    /// <summary>The one that is needed, such as "2.10.0".</summary>
    public static string Needed { get; } = typeof(LibtorchVersion).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(attribute => attribute.Key == "LibTorchVersion").Value!;

    /// <summary>Whether a version, such as "2.10.0+cu128", is the needed one; what follows the numbers says how it was built.</summary>
    public static bool Fits(string version) => Numbers().Match(version).Value == Needed;

    /// <summary>What is written beside a folder of libraries; nothing is loaded.</summary>
    /// <param name="folder">Holds libtorch.so.</param>
    /// <returns>Such as "2.10.0+cpu"; null where nothing readable says it.</returns>
    public static string? WrittenAt(string folder)
    {
        string above = Path.GetDirectoryName(folder) ?? folder;
        return Read(Path.Combine(folder, ArchiveFile), Line())
            ?? Read(Path.Combine(above, ArchiveFile), Line())
            ?? Read(Path.Combine(above, PythonFile), Assignment());
    }

    /// <summary>What a loaded libtorch says of itself.</summary>
    /// <param name="libtorch">Handle of the library.</param>
    /// <returns>Such as "2.10.0", or words for those that are too old to say.</returns>
    public static unsafe string Of(nint libtorch)
    {
        if (!NativeLibrary.TryGetExport(libtorch, Function, out nint function))
        {
            return "older than 2.9";
        }

        ulong version = ((delegate* unmanaged<ulong>)function)();
        return string.Create(CultureInfo.InvariantCulture, $"{(byte)(version >> 56)}.{(byte)(version >> 48)}.{(byte)(version >> 40)}");
    }

    private static string? Read(string file, Regex version)
    {
        try
        {
            return File.Exists(file) && version.Match(File.ReadAllText(file)) is { Success: true } found ? found.Groups[1].Value : null;
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    [GeneratedRegex(@"^\d+\.\d+\.\d+")]
    private static partial Regex Numbers();

    [GeneratedRegex(@"^\s*(\d+\.\d+\.\d+\S*)")]
    private static partial Regex Line();

    [GeneratedRegex(@"^__version__\b[^=\n]*=\s*['""]([^'""]+)['""]", RegexOptions.Multiline)]
    private static partial Regex Assignment();
}
