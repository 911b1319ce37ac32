// Package rights is what people may ask of whoever keeps data about them: to see all of it (Export) and to have it erased (Erase),
// across all audiences. Who was erased does not come back with the next list (Blocks).
package rights
