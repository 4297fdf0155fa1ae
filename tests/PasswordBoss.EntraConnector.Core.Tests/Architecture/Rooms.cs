using System;
using System.Collections.Generic;
using System.Linq;
using Mono.Cecil;
using Mono.Cecil.Cil;

namespace PasswordBoss.EntraConnector.Core.Tests.Architecture;

/// <summary>
/// The rooms of an assembly in their order, and the compiled references between them. A room may use only the rooms before it.
/// Each folder is a room. The compiled code shows it as a namespace.
/// </summary>
public sealed class Rooms
{
    private readonly IReadOnlyList<string> order;
    private readonly Func<TypeDefinition, string> roomOf;

    /// <param name="order">The rooms; each may use those before it.</param>
    /// <param name="roomOf">The room of a type that is not nested.</param>
    public Rooms(IReadOnlyList<string> order, Func<TypeDefinition, string> roomOf)
    {
        this.order = order;
        this.roomOf = roomOf;
    }

    /// <summary>The references that point from a room to a later one, as "type → type", and the types in a room that is not in the list.</summary>
    /// <param name="assembly">The path of the assembly.</param>
    public IReadOnlyList<string> FindBackArrows(string assembly)
    {
        using var module = ModuleDefinition.ReadModule(assembly);
        var found = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var type in module.Types.Where(t => !IsGenerated(t)))
        {
            if (PlaceOf(type) < 0)
                found.Add($"{type.FullName} is in a room that the list lacks: {roomOf(type)}");
            foreach (var used in Family(type).SelectMany(ReferencesOf).SelectMany(Parts).Select(Outermost).Where(t => t is not null && t != type && !IsGenerated(t)).Distinct())
            {
                if (PlaceOf(used!) > PlaceOf(type))
                    found.Add($"{roomOf(type)} → {roomOf(used!)}: {type.Name} → {used!.Name}");
            }
        }

        return found.ToList();

        TypeDefinition? Outermost(TypeReference reference)
        {
            while (reference.DeclaringType is not null)
                reference = reference.DeclaringType;
            return reference.Scope == module ? module.GetType(reference.FullName) : null;
        }
    }

    /// <summary>The places that create an object of certain types, as "room: type → created type".</summary>
    /// <param name="assembly">The path of the assembly.</param>
    /// <param name="isMeant">Whether the created type counts.</param>
    public IReadOnlyList<string> FindConstructions(string assembly, Func<TypeReference, bool> isMeant)
    {
        using var module = ModuleDefinition.ReadModule(assembly);
        return module.Types.Where(t => !IsGenerated(t))
            .SelectMany(type => Family(type).SelectMany(t => t.Methods).Where(m => m.HasBody).SelectMany(m => m.Body.Instructions)
                .Where(i => i.OpCode.Code == Code.Newobj).Select(i => ((MethodReference)i.Operand).DeclaringType).Where(isMeant)
                .Select(created => $"{roomOf(type)}: {type.Name} → {created.Name}"))
            .ToList();
    }

    private int PlaceOf(TypeDefinition type) => order.ToList().IndexOf(roomOf(type));

    // Types that the compiler adds have no room.
    private static bool IsGenerated(TypeDefinition? type) => type is null || type.Name.StartsWith('<') || !type.Namespace.StartsWith("PasswordBoss", StringComparison.Ordinal);

    private static IEnumerable<TypeDefinition> Family(TypeDefinition type) => type.NestedTypes.SelectMany(Family).Prepend(type);

    private static IEnumerable<TypeReference> Parts(TypeReference reference) => reference switch
    {
        GenericInstanceType generic => generic.GenericArguments.SelectMany(Parts).Append(generic.ElementType),
        TypeSpecification part => Parts(part.ElementType),
        _ => [reference],
    };

    private static IEnumerable<TypeReference> ReferencesOf(TypeDefinition type)
    {
        if (type.BaseType is not null)
            yield return type.BaseType;
        foreach (var used in type.Interfaces.Select(i => i.InterfaceType)
            .Concat(type.CustomAttributes.Select(a => a.AttributeType))
            .Concat(type.GenericParameters.SelectMany(g => g.Constraints).Select(c => c.ConstraintType))
            .Concat(type.Fields.Select(f => f.FieldType))
            .Concat(type.Methods.SelectMany(ReferencesOf)))
        {
            yield return used;
        }
    }

    private static IEnumerable<TypeReference> ReferencesOf(MethodDefinition method)
    {
        yield return method.ReturnType;
        foreach (var parameter in method.Parameters)
            yield return parameter.ParameterType;
        if (!method.HasBody)
            yield break;
        foreach (var variable in method.Body.Variables)
            yield return variable.VariableType;
        foreach (var handler in method.Body.ExceptionHandlers.Where(h => h.CatchType is not null))
            yield return handler.CatchType;
        foreach (var used in method.Body.Instructions.SelectMany(ReferencesOf))
            yield return used;
    }

    private static IEnumerable<TypeReference> ReferencesOf(Instruction instruction) => instruction.Operand switch
    {
        TypeReference type => [type],
        FieldReference field => [field.DeclaringType, field.FieldType],
        GenericInstanceMethod method => method.GenericArguments.Append(method.DeclaringType).Append(method.ReturnType),
        MethodReference method => [method.DeclaringType, method.ReturnType],
        _ => [],
    };
}
