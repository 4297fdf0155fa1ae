using System.Management.Automation;

namespace EmptyModule;

/// <summary>Does nothing; a binary module needs one command.</summary>
[Cmdlet(VerbsCommon.Get, "Nothing")]
public sealed class GetNothingCommand : Cmdlet
{
}
