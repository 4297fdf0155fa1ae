# Imports an empty binary module and this one, in the given order, and reports the time of each and the assemblies that are loaded then.
param(
    [string] $First,
    [string] $Second
)

function Measure-Import($path) {
    $clock = [System.Diagnostics.Stopwatch]::StartNew()
    Import-Module -Name $path -ErrorAction Stop
    return $clock.Elapsed.TotalMilliseconds.ToString('F2', [cultureinfo]::InvariantCulture)
}

$before = [System.AppDomain]::CurrentDomain.GetAssemblies().ForEach({ $_.GetName().Name })
"first $(Measure-Import $First)"
"second $(Measure-Import $Second)"
foreach ($assembly in [System.AppDomain]::CurrentDomain.GetAssemblies()) {
    $name = $assembly.GetName().Name
    if ($before -notcontains $name) { "loaded $name" }
}
