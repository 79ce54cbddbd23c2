using System.Security;

namespace Executor.Building;

/// <summary>
/// The project that a single C# file is built with. It stands alone: neither the folder that it is in nor the folders above it, and no
/// package source, have a say in what comes out.
/// </summary>
internal static class SingleFileProject
{
    /// <summary>What a task is compiled against; they lie beside the executor.</summary>
    public static IReadOnlyList<string> References { get; } = ["Executor.Sdk.dll", "Executor.Arrow.dll", "Executor.Contracts.dll"];

    /// <summary>The assembly's name: not the bare file name, which could be that of an assembly of the framework.</summary>
    public static string AssemblyName(string source) => $"{Path.GetFileNameWithoutExtension(source)}.task";

    /// <summary>Writes the project and its source into an empty folder.</summary>
    /// <returns>The project file's path.</returns>
    public static string Write(string folder, string source, byte[] content, string referenceFolder)
    {
        File.WriteAllBytes(Path.Combine(folder, Path.GetFileName(source)), content);

        // These two end the search for settings in the folders above.
        File.WriteAllText(Path.Combine(folder, "global.json"), "{}");
        File.WriteAllText(Path.Combine(folder, ".editorconfig"), "root = true\n");
        var project = Path.Combine(folder, $"{AssemblyName(source)}.csproj");
        File.WriteAllText(project, Text(source, referenceFolder));
        return project;
    }

    /// <summary>The project file.</summary>
    public static string Text(string source, string referenceFolder) => $"""
        <Project>
          <PropertyGroup>
            <ImportDirectoryBuildProps>false</ImportDirectoryBuildProps>
            <ImportDirectoryBuildTargets>false</ImportDirectoryBuildTargets>
            <ImportDirectoryPackagesProps>false</ImportDirectoryPackagesProps>
          </PropertyGroup>
          <Import Project="Sdk.props" Sdk="Microsoft.NET.Sdk" />
          <PropertyGroup>
            <TargetFramework>net10.0</TargetFramework>
            <AssemblyName>{SecurityElement.Escape(AssemblyName(source))}</AssemblyName>
            <Nullable>enable</Nullable>
            <ImplicitUsings>enable</ImplicitUsings>
            <AllowUnsafeBlocks>true</AllowUnsafeBlocks>
            <InvariantGlobalization>true</InvariantGlobalization>
            <WarningLevel>0</WarningLevel>
            <TreatWarningsAsErrors>false</TreatWarningsAsErrors>
            <RunAnalyzers>false</RunAnalyzers>
            <EnableNETAnalyzers>false</EnableNETAnalyzers>
            <NuGetAudit>false</NuGetAudit>
            <RestoreSources>$(MSBuildProjectDirectory)</RestoreSources>
            <EnableDefaultItems>false</EnableDefaultItems>
            <Deterministic>true</Deterministic>
            <DebugType>portable</DebugType>
            <PathMap>$(MSBuildProjectDirectory)=.</PathMap>
            <GenerateDependencyFile>true</GenerateDependencyFile>
          </PropertyGroup>
          <ItemGroup>
            <Compile Include="{SecurityElement.Escape(Path.GetFileName(source))}" />
        {string.Join("\n", References.Select(dll => Reference(Path.Combine(referenceFolder, dll))))}
          </ItemGroup>
          <Import Project="Sdk.targets" Sdk="Microsoft.NET.Sdk" />
        </Project>
        """;

    private static string Reference(string path) => $"    <Reference Include=\"{SecurityElement.Escape(path)}\" Private=\"false\" />";
}
