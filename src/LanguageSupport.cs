// What C# and the analyzers know by name, and .NET Framework and netstandard do not have. A generator would do as well, but PolySharp emits its types in an
// order that differs from build to build, and with it the bytes of the assembly.
#if !NET8_0_OR_GREATER
#pragma warning disable CS1591, IDE0130, MA0048 // Each is documented by .NET, lives in .NET's namespace, and none is worth a file.
using System;
using System.ComponentModel;
using Microsoft.CodeAnalysis;

namespace Microsoft.CodeAnalysis
{
    /// <summary>Keeps the types below out of sight of other assemblies, friends too.</summary>
    [AttributeUsage(AttributeTargets.All)]
    internal sealed partial class EmbeddedAttribute : Attribute;
}

namespace System.Runtime.CompilerServices
{
    [Embedded, EditorBrowsable(EditorBrowsableState.Never)]
    internal static class IsExternalInit;

    [Embedded, EditorBrowsable(EditorBrowsableState.Never)]
    [AttributeUsage(AttributeTargets.Class | AttributeTargets.Struct | AttributeTargets.Field | AttributeTargets.Property, Inherited = false)]
    internal sealed class RequiredMemberAttribute : Attribute;

    [Embedded, EditorBrowsable(EditorBrowsableState.Never)]
    [AttributeUsage(AttributeTargets.All, AllowMultiple = true, Inherited = false)]
    internal sealed class CompilerFeatureRequiredAttribute(string featureName) : Attribute
    {
        public string FeatureName { get; } = featureName;

        public bool IsOptional { get; init; }
    }
}

namespace System.Diagnostics.CodeAnalysis
{
    [Embedded, EditorBrowsable(EditorBrowsableState.Never)]
    [AttributeUsage(AttributeTargets.Constructor, Inherited = false)]
    internal sealed class SetsRequiredMembersAttribute : Attribute;
}

namespace System.Runtime.Versioning
{
    [Embedded, EditorBrowsable(EditorBrowsableState.Never)]
    [AttributeUsage(AttributeTargets.All, AllowMultiple = true, Inherited = false)]
    internal sealed class SupportedOSPlatformAttribute(string platformName) : Attribute
    {
        public string PlatformName { get; } = platformName;
    }

    [Embedded, EditorBrowsable(EditorBrowsableState.Never)]
    [AttributeUsage(AttributeTargets.Field | AttributeTargets.Method | AttributeTargets.Property, AllowMultiple = true, Inherited = false)]
    internal sealed class SupportedOSPlatformGuardAttribute(string platformName) : Attribute
    {
        public string PlatformName { get; } = platformName;
    }
}
#endif
