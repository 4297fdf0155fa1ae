using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Linq;
using Mono.Cecil;
using Mono.Cecil.Cil;

namespace PasswordBoss.EntraConnector.Package.Tests;

/// <summary>
/// Resolves every assembly, type and member reference of a set of assemblies as the runtime would, without running them. Reports facades, whose members exist
/// but only throw, and members with a type that the set and the framework take from different assemblies, because the runtime does not find these.
/// </summary>
internal sealed class LinkCheck : IDisposable
{
    // By module version. Bodies do not depend on the set, and the checks share the largest assemblies.
    private static readonly ConcurrentDictionary<Guid, (int Throwing, int All)> Bodies = new();

    private readonly SetBinder binder;

    private LinkCheck(SetBinder binder) => this.binder = binder;

    /// <summary>The number of checked references. A check without references proves nothing.</summary>
    public int References { get; private set; }

    /// <summary>A sentence for each reference that does not resolve or only throws.</summary>
    public SortedSet<string> Problems { get; } = new(StringComparer.Ordinal);

    /// <summary>Checks a set.</summary>
    /// <param name="binder">The set with the assemblies around it; disposed with the check.</param>
    public static LinkCheck Of(SetBinder binder)
    {
        var check = new LinkCheck(binder);
        foreach (var assembly in binder.Set)
            check.Visit(assembly);
        return check;
    }

    /// <summary>The assembly that defines a referenced type, after type forwards.</summary>
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
            // The runtime creates the members of arrays.
            if (reference.DeclaringType is ArrayType)
                continue;
            Try(name, "member", reference, () => ResolveMember(name, reference));
        }

        foreach (var reference in module.ExportedTypes)
            Try(name, "forwarded type", reference.FullName, () => reference.Resolve() is not null);
        var (throwing, all) = Bodies.GetOrAdd(module.Mvid, _ => CountBodies(module));
        if (throwing > 0 && throwing * 2 >= all)
            Problems.Add($"{name} is a facade: {throwing} of {all} public bodies only throw PlatformNotSupportedException");
    }

    private bool ResolveMember(string assembly, MemberReference reference)
    {
        var member = reference.Resolve();
        if (member is null)
            return false;
        foreach (var (asked, found) in SignatureOf(reference).Zip(SignatureOf((MemberReference)member)))
        {
            if (asked is GenericParameter || found is GenericParameter)
                continue;
            var (ours, theirs) = (asked.Resolve()?.Module.Assembly, found.Resolve()?.Module.Assembly);
            if (ours != theirs)
                Problems.Add($"{assembly} needs the member {reference}, whose {asked.FullName} is that of {theirs?.Name.Name} {theirs?.Name.Version}, not {ours?.Name.Version}");
        }

        return true;
    }

    // Both sides have the same order, because Resolve compared the full names.
    private static IEnumerable<TypeReference> SignatureOf(MemberReference member) => member switch
    {
        MethodReference method => method.Parameters.Select(parameter => parameter.ParameterType).Prepend(method.ReturnType).SelectMany(Parts),
        FieldReference field => Parts(field.FieldType),
        _ => [],
    };

    private static IEnumerable<TypeReference> Parts(TypeReference type) => type switch
    {
        GenericInstanceType generic => generic.GenericArguments.SelectMany(Parts).Prepend(generic.ElementType),
        IModifierType modified => Parts(modified.ElementType),
        TypeSpecification outer => Parts(outer.ElementType),
        _ => [type],
    };

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
        // A type whose constructor throws can have getters that do not. So half of the members are enough.
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
}
