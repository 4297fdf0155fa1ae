using System.Management.Automation;

namespace EmptyModule;

/// <summary>Does nothing. A binary module needs at least one command.</summary>
[Cmdlet(VerbsCommon.Get, "Nothing")]
public sealed class GetNothingCommand : Cmdlet
{
}
