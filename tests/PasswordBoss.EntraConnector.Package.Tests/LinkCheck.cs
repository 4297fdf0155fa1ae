using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using Mono.Cecil;
using Mono.Cecil.Cil;

namespace PasswordBoss.EntraConnector.Package.Tests;

/// <summary>
/// Resolves every assembly, type and member reference of a set of assemblies as .NET Framework 4.7.2 would, without running any of it, and looks for
/// facades, whose members exist but only throw.
/// </summary>
internal sealed class LinkCheck : IDisposable
{
    private const string PowerShell = "System.Management.Automation";
    private readonly FrameworkBinder binder;

    private LinkCheck(FrameworkBinder binder) => this.binder = binder;

    /// <summary>How many references were looked at: a check that saw none says nothing.</summary>
    public int References { get; private set; }

    /// <summary>What does not resolve, and what only throws; a sentence for each.</summary>
    public SortedSet<string> Problems { get; } = new(StringComparer.Ordinal);

    /// <summary>Checks a set.</summary>
    /// <param name="files">The assemblies that ship together.</param>
    /// <param name="framework">The folder of the reference assemblies of .NET Framework.</param>
    /// <param name="powerShell">The reference assembly of Windows PowerShell 5.1.</param>
    public static LinkCheck Of(IEnumerable<string> files, string framework, string powerShell)
    {
        var check = new LinkCheck(new FrameworkBinder(files, framework, powerShell));
        foreach (var assembly in check.binder.Set)
            check.Visit(assembly);
        return check;
    }

    /// <summary>The assembly that a type of the set's references really comes from, type forwards followed.</summary>
    /// <param name="type">The full name of a type that the set refers to.</param>
    public IEnumerable<string> HomesOf(string type) => binder.Set
        .SelectMany(assembly => assembly.MainModule.GetTypeReferences())
        .Where(reference => reference.FullName == type)
        .Select(reference => reference.Resolve()?.Module.Assembly.Name.Name ?? "nowhere")
        .Distinct();

    public void Dispose() => binder.Dispose();

    private void Visit(AssemblyDefinition assembly)
    {
        var module = assembly.MainModule;
        var name = assembly.Name.Name;
        foreach (var reference in module.AssemblyReferences)
        {
            References++;
            if (binder.TryBind(reference) is null)
                Problems.Add($"{name} needs the assembly {reference.Name} {reference.Version}");
        }

        foreach (var reference in module.GetTypeReferences())
            Try(name, "type", reference, () => reference.Resolve() is not null);
        foreach (var reference in module.GetMemberReferences())
        {
            // The members of arrays are made by the runtime.
            if (reference.DeclaringType is ArrayType)
                continue;
            Try(name, "member", reference, () => reference.Resolve() is not null);
        }

        foreach (var reference in module.ExportedTypes)
            Try(name, "forwarded type", reference.FullName, () => reference.Resolve() is not null);
        var (throwing, all) = CountBodies(module);
        if (throwing > 0 && throwing * 2 >= all)
            Problems.Add($"{name} is a facade: {throwing} of {all} public bodies only throw PlatformNotSupportedException");
    }

    private void Try(string assembly, string kind, object reference, Func<bool> resolve)
    {
        References++;
        try
        {
            if (!resolve())
                Problems.Add($"{assembly} needs the {kind} {reference}");
        }
        catch (AssemblyResolutionException exception)
        {
            Problems.Add($"{assembly} needs the {kind} {reference}, of the assembly {exception.AssemblyReference.Name} {exception.AssemblyReference.Version}");
        }
    }

    private static (int Throwing, int All) CountBodies(ModuleDefinition module)
    {
        // A type that throws in its constructor may still have getters that would work, were there ever an instance; half is enough to tell.
        var bodies = module.GetTypes().Where(IsVisible)
            .SelectMany(type => type.Methods).Where(method => method.HasBody && (method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly))
            .Select(method => method.Body.Instructions).ToList();
        return (bodies.Count(OnlyThrows), bodies.Count);
    }

    private static bool IsVisible(TypeDefinition type) => type.IsPublic || type.IsNestedPublic && IsVisible(type.DeclaringType);

    private static bool OnlyThrows(IList<Instruction> body) =>
        body[^1].OpCode.Code == Code.Throw
        && !body.Any(step => step.OpCode.FlowControl is FlowControl.Return or FlowControl.Branch or FlowControl.Cond_Branch)
        && body.Any(step => step.OpCode.Code == Code.Newobj && step.Operand is MethodReference { DeclaringType.Name: nameof(PlatformNotSupportedException) });

    /// <summary>
    /// Binds as Windows PowerShell does with our resolver: what .NET Framework has in this version or a later one is its own; the rest is the file of the
    /// set, which must not be older than asked for; PowerShell is what runs us.
    /// </summary>
    private sealed class FrameworkBinder : IAssemblyResolver
    {
        private readonly Dictionary<string, AssemblyDefinition?> bound = new(StringComparer.Ordinal);
        private readonly Dictionary<string, AssemblyDefinition> set = new(StringComparer.OrdinalIgnoreCase);
        private readonly Dictionary<string, AssemblyDefinition?> framework = new(StringComparer.OrdinalIgnoreCase);
        private readonly string frameworkFolder;
        private readonly AssemblyDefinition powerShell;

        public FrameworkBinder(IEnumerable<string> files, string frameworkFolder, string powerShellFile)
        {
            this.frameworkFolder = frameworkFolder;
            powerShell = Read(powerShellFile);
            foreach (var file in files)
            {
                var assembly = Read(file);
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
            foreach (var assembly in set.Values.Concat(framework.Values).Append(powerShell))
                assembly?.Dispose();
        }

        private AssemblyDefinition? Bind(AssemblyNameReference name)
        {
            if (name.Name == PowerShell)
                return powerShell;
            if (!framework.TryGetValue(name.Name, out var theirs))
                framework[name.Name] = theirs = FindInFramework(name.Name);
            if (theirs is not null && theirs.Name.Version >= name.Version && theirs.Name.PublicKeyToken.SequenceEqual(name.PublicKeyToken))
                return theirs;
            return set.TryGetValue(name.Name, out var ours) && ours.Name.Version >= name.Version ? ours : null;
        }

        private AssemblyDefinition? FindInFramework(string name)
        {
            var file = new[] { "", "Facades" }.Select(folder => Path.Combine(frameworkFolder, folder, name + ".dll")).FirstOrDefault(File.Exists);
            return file is null ? null : Read(file);
        }

        private AssemblyDefinition Read(string file) => AssemblyDefinition.ReadAssembly(file, new ReaderParameters { AssemblyResolver = this });
    }
}
