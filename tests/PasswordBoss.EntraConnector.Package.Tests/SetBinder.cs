using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using Mono.Cecil;

namespace PasswordBoss.EntraConnector.Package.Tests;

/// <summary>Which assembly is used if both the framework and the shipped set have one of a name.</summary>
internal enum Precedence
{
    /// <summary>Windows PowerShell with our resolver: the framework's, if it has the requested version or a later one.</summary>
    Framework,

    /// <summary>Our private context in PowerShell 7: the set's, if it is newer than the framework's, for every requested version.</summary>
    Newest,
}

/// <summary>
/// Binds the references of a set of assemblies to the set, the framework and PowerShell. References of the framework's own assemblies are bound to the
/// framework, so two assemblies of one name can meet there.
/// </summary>
internal sealed class SetBinder : IAssemblyResolver
{
    private const string PowerShell = "System.Management.Automation";
    private readonly Dictionary<string, AssemblyDefinition?> bound = new(StringComparer.Ordinal);
    private readonly Dictionary<string, AssemblyDefinition> set = new(StringComparer.OrdinalIgnoreCase);
    private readonly FrameworkAssemblies framework;
    private readonly Precedence precedence;
    private readonly AssemblyDefinition powerShell;

    /// <summary>Opens a set.</summary>
    /// <param name="files">The assemblies that ship together.</param>
    /// <param name="frameworkFolder">The framework's assemblies, or its reference assemblies.</param>
    /// <param name="powerShellFile">The reference assembly of Windows PowerShell 5.1.</param>
    /// <param name="precedence">Which assembly is used if both have one.</param>
    public SetBinder(IEnumerable<string> files, string frameworkFolder, string powerShellFile, Precedence precedence)
    {
        this.precedence = precedence;
        framework = new FrameworkAssemblies(frameworkFolder);
        powerShell = AssemblyDefinition.ReadAssembly(powerShellFile, new ReaderParameters { AssemblyResolver = framework });
        foreach (var file in files)
        {
            var assembly = AssemblyDefinition.ReadAssembly(file, new ReaderParameters { AssemblyResolver = this });
            set.Add(assembly.Name.Name, assembly);
        }
    }

    public IEnumerable<AssemblyDefinition> Set => set.Values;

    public AssemblyDefinition Resolve(AssemblyNameReference name) => TryBind(name) ?? throw new AssemblyResolutionException(name);

    public AssemblyDefinition Resolve(AssemblyNameReference name, ReaderParameters parameters) => Resolve(name);

    public AssemblyDefinition? TryBind(AssemblyNameReference name)
    {
        if (!bound.TryGetValue(name.FullName, out var assembly))
            bound[name.FullName] = assembly = Bind(name);
        return assembly;
    }

    public void Dispose()
    {
        foreach (var assembly in set.Values.Append(powerShell))
            assembly.Dispose();
        framework.Dispose();
    }

    private AssemblyDefinition? Bind(AssemblyNameReference name)
    {
        if (name.Name == PowerShell)
            return powerShell;
        var theirs = framework.Find(name);
        var ours = set.GetValueOrDefault(name.Name);
        if (precedence == Precedence.Newest && theirs is not null && ours is not null && ours.Name.Version > theirs.Name.Version)
            theirs = null;
        if (theirs is not null && theirs.Name.Version >= name.Version)
            return theirs;
        return ours?.Name.Version >= name.Version ? ours : null;
    }

    /// <summary>The framework, which does not refer to the set.</summary>
    private sealed class FrameworkAssemblies(string folder) : IAssemblyResolver
    {
        private readonly Dictionary<string, AssemblyDefinition?> read = new(StringComparer.OrdinalIgnoreCase);

        /// <summary>The assembly with this name and key in any version; null if there is none.</summary>
        public AssemblyDefinition? Find(AssemblyNameReference name)
        {
            if (!read.TryGetValue(name.Name, out var assembly))
            {
                var file = new[] { "", "Facades" }.Select(inner => Path.Combine(folder, inner, name.Name + ".dll")).FirstOrDefault(File.Exists);
                read[name.Name] = assembly = file is null ? null : AssemblyDefinition.ReadAssembly(file, new ReaderParameters { AssemblyResolver = this });
            }

            return assembly is not null && assembly.Name.PublicKeyToken.SequenceEqual(name.PublicKeyToken) ? assembly : null;
        }

        public AssemblyDefinition Resolve(AssemblyNameReference name) => Find(name) ?? throw new AssemblyResolutionException(name);

        public AssemblyDefinition Resolve(AssemblyNameReference name, ReaderParameters parameters) => Resolve(name);

        public void Dispose()
        {
            foreach (var assembly in read.Values)
                assembly?.Dispose();
        }
    }
}
