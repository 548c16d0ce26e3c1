using System.Text.RegularExpressions;

namespace Compression.Architecture.Tests;

/// <summary>What may stand where in the sources.</summary>
public sealed partial class SourceTests
{
    private const int LongestFile = 400;

    /// <summary>Files that may be longer, each with its reason.</summary>
    private static readonly Dictionary<string, string> s_longFiles = [];

    /// <summary>Files outside the command line and the trackers that speak to the console, each with its reason.</summary>
    private static readonly Dictionary<string, string> s_consoleUsers = new()
    {
        ["framework/Core/Reporting/ScreenStream.cs"] = "is the way to it that never fails",
        ["framework/Mpi/Launching/MpiLauncher.cs"] = "passes the ranks' output on",
        ["framework/Mpi/MpiCommunicator.cs"] = "flushes before it ends the process",
    };

    [Fact]
    public void All_code_is_csharp() => Assert.DoesNotContain(Repository.AllFiles, path => OtherLanguage().IsMatch(path));

    [Fact]
    public void No_output_folder_holds_libtorch()
    {
        string outputs = Path.Combine(Repository.Root, "artifacts", "bin");
        Assert.StartsWith(outputs, AppContext.BaseDirectory, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFiles(outputs, "libtorch_cpu.so*", SearchOption.AllDirectories));
    }

    [Fact]
    public void Unsafe_code_is_switched_on_only_where_it_belongs()
    {
        var allowed = Repository.Projects.Where(project => project.AllowsUnsafe && !project.IsTest).Select(project => project.Name);
        Assert.Empty(allowed.Except(["Compressors", "Core", "Exchanges", "Memory", "Mpi", "Torch"]));
    }

    [Fact]
    public void Unsafe_code_stands_only_in_kernels_and_bindings()
    {
        string[] places = ["framework/Core/Kernels/", "framework/Core/Payloads/", "framework/Mpi/", "framework/Torch/"];
        string[] methods = ["compressors/", "exchanges/", "memory/"];
        bool IsKernel(SourceFile file) => methods.Any(place => file.Path.StartsWith(place, StringComparison.Ordinal))
            && !file.Code.Any(line => line.Contains("[Algorithm(", StringComparison.Ordinal));
        Assert.Empty(Repository.ProductCode
            .Where(file => !places.Any(place => file.Path.StartsWith(place, StringComparison.Ordinal)) && !IsKernel(file))
            .Where(file => file.Code.Any(line => Unsafe().IsMatch(line)))
            .Select(file => file.Path));
    }

    [Fact]
    public void Only_the_command_line_and_the_trackers_speak_to_the_console()
    {
        Assert.Empty(Repository.ProductCode
            .Where(file => !file.Path.StartsWith("experiments/", StringComparison.Ordinal) && !file.Path.StartsWith("framework/Tracking/", StringComparison.Ordinal))
            .Where(file => !s_consoleUsers.ContainsKey(file.Path))
            .Where(file => file.Code.Any(line => ConsoleUse().IsMatch(line)))
            .Select(file => file.Path));
    }

    [Fact]
    public void No_file_is_long_without_a_reason() => Assert.Empty(Repository.ProductCode
        .Where(file => file.Lines.Count > LongestFile && !s_longFiles.ContainsKey(file.Path))
        .Select(file => $"{file.Path}: {file.Lines.Count} lines"));

    [Fact]
    public void Exceptions_name_files_that_exist()
    {
        Assert.NotEmpty(Repository.ProductCode);
        Assert.All(s_longFiles.Keys.Concat(s_consoleUsers.Keys), path => Assert.True(File.Exists(Path.Combine(Repository.Root, path)), path));
    }

    [Fact]
    public void Tests_beside_libtorch_draw_the_same_numbers_each_time()
    {
        string[] projects = ["tests/Torch.Tests/", "tests/Training.Tests/", "tests/Benchmarks.Tests/"];
        var classes = Repository.Texts.Where(file => projects.Any(project => file.Path.StartsWith(project, StringComparison.Ordinal)))
            .Where(file => file.Code.Any(line => TestMethod().IsMatch(line))).ToList();
        Assert.All(projects, project => Assert.Contains(classes, file => file.Path.StartsWith(project, StringComparison.Ordinal)));
        Assert.Empty(classes.Where(file => !file.Code.Contains("[Seeded]")).Select(file => file.Path));
    }

    [Fact]
    public void No_path_of_one_machine_stands_anywhere() => Assert.Empty(Repository.Texts
        .Where(file => !file.Path.StartsWith("tests/Architecture.Tests/", StringComparison.Ordinal))
        .SelectMany(file => file.Lines.Select((line, index) => (file.Path, Line: index + 1, Text: line)))
        .Where(place => MachinePath().IsMatch(place.Text))
        .Select(place => $"{place.Path}:{place.Line}: {place.Text.Trim()}"));

    [Fact]
    public void A_file_name_says_what_is_in_it() => Assert.Empty(Repository.ProductCode
        .Where(file => VagueName().IsMatch(Path.GetFileNameWithoutExtension(file.Path)))
        .Select(file => file.Path));

    [Fact]
    public void Nothing_is_left_for_later() => Assert.Empty(Repository.ProductCode
        .Where(file => file.Lines.Any(line => Unfinished().IsMatch(line)))
        .Select(file => file.Path));

    [GeneratedRegex(@"^\s*\[\w*(Fact|Theory)\b")]
    private static partial Regex TestMethod();

    [GeneratedRegex(@"(^|/)CMakeLists\.txt$|\.(c|cc|cpp|cxx|h|hpp|inl|cu|py)$")]
    private static partial Regex OtherLanguage();

    [GeneratedRegex(@"(^|[\s(])unsafe\s+(\w|\{)|(^|\s)unsafe$")]
    private static partial Regex Unsafe();

    [GeneratedRegex(@"\bConsole\.\w")]
    private static partial Regex ConsoleUse();

    [GeneratedRegex(@"(?<![\w./$}-])/(home|root|work|mnt|Users)/\w|\b[A-Z]:\\\w")]
    private static partial Regex MachinePath();

    [GeneratedRegex("(Manager|Helper|Helpers|Util|Utils|Utilities)$")]
    private static partial Regex VagueName();

    [GeneratedRegex(@"\b(TODO|FIXME|HACK|NotImplementedException)\b")]
    private static partial Regex Unfinished();
}
